/** What the guard looks back on: the seven days that tell what is usual, and the one that is not over. */
export const rememberedDays = 8

/** `2026-01-31` */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/** Hours since 1970. */
export function hourOf(ms: number): number {
  return Math.floor(ms / 3_600_000)
}
