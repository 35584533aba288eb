/** Says what nobody else is there to be told: an app's own error must not get lost. */
export function printError(what: string, error: unknown): void {
  // oxlint-disable-next-line no-console -- the one way to say something that every runtime has
  console.error(what, error)
}
