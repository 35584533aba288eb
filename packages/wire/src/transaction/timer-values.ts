/** RFC 3261 §17.1.1.1, table 4. */
export const t1Ms = 500
export const t2Ms = 4_000
export const t4Ms = 5_000
/** Timers B, F, H, J, L, M. */
export const timeoutMs = 64 * t1Ms
/** RFC 3261 §17.1.1.2: at least 32 s, as long as the server may repeat its response. */
export const timerDMs = 32_000
/** RFC 3261 §17.2.1: a 100 is due when nothing else was sent by then. */
export const tryingMs = 200
