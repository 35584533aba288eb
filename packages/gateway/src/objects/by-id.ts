/** Runs tasks of one id one after the other, those of different ids side by side. */
export function byId(): <T>(id: string, task: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>()
  return (id, task) => {
    const before = last.get(id) ?? Promise.resolve()
    const mine = before.then(task, task)
    const settled = mine.then(
      () => {},
      () => {},
    )
    last.set(id, settled)
    void settled.then(() => {
      if (last.get(id) === settled) last.delete(id)
    })
    return mine
  }
}
