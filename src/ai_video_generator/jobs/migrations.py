"""How the database came to look as it does: one script a version, each begins where the last ended.

A script that was released is never changed; `database.opened` runs those that a file has not seen.
"""

MIGRATIONS = (
    # 1: the queue, and what happens to its jobs.
    """
    CREATE TABLE jobs (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      state TEXT NOT NULL,
      source TEXT NOT NULL,
      request TEXT NOT NULL,
      priority INTEGER NOT NULL DEFAULT 0,
      position REAL NOT NULL,
      wanted TEXT NOT NULL DEFAULT '',
      device TEXT NOT NULL DEFAULT '',
      holder TEXT NOT NULL DEFAULT '',
      created_s REAL NOT NULL,
      begun_s REAL,
      ended_s REAL,
      run_count INTEGER NOT NULL DEFAULT 0,
      crash_count INTEGER NOT NULL DEFAULT 0,
      outcome TEXT
    );
    CREATE INDEX jobs_by_turn ON jobs (state, priority DESC, position);
    CREATE TABLE events (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      job_id INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
      time_s REAL NOT NULL,
      kind TEXT NOT NULL,
      data TEXT NOT NULL,
      blob BLOB
    );
    CREATE INDEX events_by_job ON events (job_id, id);
    """,
    # 2: every plan that was tried, and how the machine was meanwhile.
    """
    CREATE TABLE attempts (
      job_id INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
      number INTEGER NOT NULL,
      run INTEGER NOT NULL,
      seconds REAL NOT NULL,
      model TEXT NOT NULL,
      device TEXT NOT NULL,
      plan TEXT NOT NULL,
      error TEXT NOT NULL DEFAULT '',
      error_kind TEXT NOT NULL DEFAULT '',
      PRIMARY KEY (job_id, number)
    ) WITHOUT ROWID;
    CREATE TABLE measurements (
      job_id INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
      run INTEGER NOT NULL,
      stages TEXT NOT NULL,
      telemetry BLOB,
      PRIMARY KEY (job_id, run)
    ) WITHOUT ROWID;
    """,
    # 3: what people think of what was made.
    """
    CREATE TABLE ratings (
      job_id INTEGER PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,
      stars INTEGER NOT NULL CHECK (stars BETWEEN 1 AND 5),
      note TEXT NOT NULL DEFAULT '',
      rated_s REAL NOT NULL
    );
    """,
)
