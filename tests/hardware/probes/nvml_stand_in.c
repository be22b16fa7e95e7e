/* A driver library that answers as NVML does (nvml.h, R580), with one GPU that is lost midway and one that is well.
   FAULT in the environment chooses what goes wrong. It stands in for NVIDIA's library, not for our code. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, NOT_SUPPORTED = 3, NO_PERMISSION = 4, GPU_IS_LOST = 15, MISMATCH = 18, UNKNOWN = 999 };

static int fault(const char *name) {
    const char *asked = getenv("FAULT");
    return asked && !strcmp(asked, name);
}

int nvmlInitWithFlags(unsigned flags) {
    if (fault("mismatch")) return MISMATCH;
    return fault("permission") ? NO_PERMISSION : SUCCESS;
}
int nvmlShutdown(void) {
    fprintf(stdout, "shut down\n");
    fflush(stdout);
    return SUCCESS;
}
const char *nvmlErrorString(int code) {
    switch (code) {
    case MISMATCH: return "RM has detected an NVML/RM version mismatch.";
    case NO_PERMISSION: return "Insufficient Permissions";
    case GPU_IS_LOST: return "GPU is lost";
    default: return "Unknown Error";
    }
}
int nvmlSystemGetDriverVersion(char *text, unsigned size) {
    snprintf(text, size, "580.95.05");
    return SUCCESS;
}
int nvmlDeviceGetCount_v2(unsigned *count) {
    if (fault("count")) return UNKNOWN;
    *count = 2;
    return SUCCESS;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) {
    *device = (void *)(size_t)(index + 1);
    return SUCCESS;
}
int nvmlDeviceGetMemoryInfo(void *device, unsigned long long *sizes) {
    if ((size_t)device == 1) return GPU_IS_LOST;
    sizes[0] = 25757220864ULL; /* total, free, used */
    sizes[1] = 24000000000ULL;
    sizes[2] = 1757220864ULL;
    return SUCCESS;
}
int nvmlDeviceGetCudaComputeCapability(void *device, int *major, int *minor) {
    *major = 8;
    *minor = 9;
    return SUCCESS;
}
int nvmlDeviceGetName(void *device, char *name, unsigned size) {
    snprintf(name, size, "NVIDIA GeForce RTX 4090");
    return SUCCESS;
}
int nvmlDeviceGetTemperature(void *device, int sensor, unsigned *celsius) {
    if (fault("temperature")) return NOT_SUPPORTED;
    *celsius = 41;
    return SUCCESS;
}
