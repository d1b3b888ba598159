CREATE TABLE IF NOT EXISTS public._orm_migrations (
    id text PRIMARY KEY,
    apply_order bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    checksum text NOT NULL,
    state text NOT NULL CHECK (state IN ('done', 'partial', 'baseline', 'skipped', 'removed')),
    undoing boolean NOT NULL DEFAULT false,
    steps_total integer NOT NULL,
    steps_done integer NOT NULL,
    step_running integer,
    started_at timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamp with time zone,
    duration_ms bigint,
    error text,
    reason text,
    tool_version text NOT NULL,
    server_version integer NOT NULL DEFAULT current_setting('server_version_num')::integer
)
