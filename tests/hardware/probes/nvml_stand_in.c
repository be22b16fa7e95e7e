/* A driver library that answers as NVML does (nvml.h, R580), with one GPU that is lost midway and one that is well.
   FAULT in the environment chooses what goes wrong. It stands in for NVIDIA's library, not for our code. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SUCCESS = 0, NOT_SUPPORTED = 3, NO_PERMISSION = 4, NOT_FOUND = 6, INSUFFICIENT_SIZE = 7, NOT_LOADED = 9,
    GPU_IS_LOST = 15, MISMATCH = 18, UNKNOWN = 999
};

static int fault(const char *name) {
    const char *asked = getenv("FAULT");
    return asked && !strcmp(asked, name);
}
/* Handles: 1 the lost GPU, 2 the well one, 3 and 4 the slices that it is cut into. */
static size_t number(void *device) { return (size_t)device; }

int nvmlInitWithFlags(unsigned flags) {
    if (fault("mismatch")) return MISMATCH;
    if (fault("not loaded")) return NOT_LOADED;
    if (fault("unknown")) return UNKNOWN;
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
    case NOT_SUPPORTED: return "Not Supported";
    default: return "Unknown Error";
    }
}
int nvmlSystemGetDriverVersion(char *text, unsigned size) {
    snprintf(text, size, "580.95.05");
    return SUCCESS;
}
int nvmlSystemGetCudaDriverVersion_v2(int *version) {
    *version = 13000;
    return SUCCESS;
}
int nvmlDeviceGetCount_v2(unsigned *count) {
    if (fault("count")) return NOT_SUPPORTED;
    *count = 2;
    return SUCCESS;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) {
    if (index == 0 && fault("one permission")) return NO_PERMISSION;
    *device = (void *)(size_t)(index + 1);
    return SUCCESS;
}
int nvmlDeviceGetMemoryInfo(void *device, unsigned long long *sizes) {
    if (number(device) == 1 && !fault("twins")) return GPU_IS_LOST;
    if (fault("unified")) return NOT_SUPPORTED;
    sizes[0] = number(device) > 2 ? 10468982784ULL : 25757220864ULL; /* total, free, used */
    sizes[1] = sizes[0] - 1757220864ULL;
    sizes[2] = 1757220864ULL;
    return SUCCESS;
}
int nvmlDeviceGetCudaComputeCapability(void *device, int *major, int *minor) {
    *major = 8;
    *minor = fault("slices") ? 0 : 9;
    return SUCCESS;
}
int nvmlDeviceGetName(void *device, char *name, unsigned size) {
    snprintf(name, size, number(device) > 2 ? "NVIDIA A100-SXM4-40GB MIG 2g.10gb" : "NVIDIA GeForce RTX 4090");
    return SUCCESS;
}
int nvmlDeviceGetUUID(void *device, char *text, unsigned size) {
    snprintf(text, size, number(device) > 2 ? "MIG-%zu5f0c1a2" : "GPU-%zuc6f4e21", number(device));
    return SUCCESS;
}
int nvmlDeviceGetTemperature(void *device, int sensor, unsigned *celsius) {
    if (fault("temperature")) return NOT_SUPPORTED;
    *celsius = 41;
    return SUCCESS;
}
int nvmlDeviceGetNumGpuCores(void *device, unsigned *count) {
    *count = 16384;
    return SUCCESS;
}
int nvmlDeviceGetMaxClockInfo(void *device, int clock, unsigned *megahertz) {
    if (clock != 1) return UNKNOWN; /* the processors' */
    *megahertz = 3105;
    return SUCCESS;
}
int nvmlDeviceGetClockInfo(void *device, int clock, unsigned *megahertz) {
    if (clock != 1) return UNKNOWN;
    *megahertz = 2520;
    return SUCCESS;
}
int nvmlDeviceGetUtilizationRates(void *device, unsigned *shares) {
    shares[0] = 37; /* arithmetic, memory */
    shares[1] = 12;
    return SUCCESS;
}
int nvmlDeviceGetPowerUsage(void *device, unsigned *milliwatts) {
    *milliwatts = 71250;
    return SUCCESS;
}
int nvmlDeviceGetEnforcedPowerLimit(void *device, unsigned *milliwatts) {
    *milliwatts = 450000;
    return SUCCESS;
}
int nvmlDeviceGetCurrentClocksThrottleReasons(void *device, unsigned long long *reasons) {
    *reasons = fault("hot") ? 0x48 : 0x1; /* too hot, or idle */
    return SUCCESS;
}
typedef struct { unsigned process; unsigned long long bytes; unsigned slice, part; } Process;

int nvmlDeviceGetComputeRunningProcesses_v3(void *device, unsigned *count, Process *processes) {
    if (*count < 1) {
        *count = 1;
        return INSUFFICIENT_SIZE;
    }
    *count = 1;
    processes[0] = (Process){.process = 4000000001u, .bytes = 1000000000ULL};
    return SUCCESS;
}
int nvmlDeviceGetGraphicsRunningProcesses_v3(void *device, unsigned *count, Process *processes) {
    if (*count < 2) {
        *count = 2;
        return INSUFFICIENT_SIZE;
    }
    *count = 2;
    processes[0] = (Process){.process = 4000000001u, .bytes = 1000000000ULL};
    processes[1] = (Process){.process = 4000000002u, .bytes = 234000000ULL};
    return SUCCESS;
}
int nvmlDeviceGetMigMode(void *device, unsigned *now, unsigned *next) {
    if (!fault("slices")) return NOT_SUPPORTED;
    *now = *next = number(device) == 2;
    return SUCCESS;
}
int nvmlDeviceGetMaxMigDeviceCount(void *device, unsigned *count) {
    *count = 7;
    return SUCCESS;
}
int nvmlDeviceGetMigDeviceHandleByIndex(void *device, unsigned index, void **slice) {
    if (index != 0 && index != 4) return NOT_FOUND;
    *slice = (void *)(size_t)(index ? 4 : 3);
    return SUCCESS;
}
int nvmlDeviceGetAttributes_v2(void *device, unsigned *attributes) {
    attributes[0] = 28; /* processors */
    return SUCCESS;
}
