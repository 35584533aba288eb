/** Counts what a process does with its parts, and lets it die at a chosen moment: from then on nothing it does has any effect. */
export interface Death {
  /** Calls that were made, and that came back: each is a moment to die at. */
  readonly moments: number
  readonly isDead: boolean
  /** The same part, mortal. */
  of<T extends object>(part: T): T
}

export class Died extends Error {
  override readonly name = 'Died'
}

/** @param at - At which moment: 0 is before the first call, 1 after it, 2 before the second … */
export function death(at: number): Death {
  let moments = 0
  let isDead = false
  const pass = () => {
    isDead ||= moments === at
    if (isDead) throw new Died()
    moments += 1
  }
  const mortal =
    (method: (...given: unknown[]) => unknown, self: object) =>
    (...given: unknown[]) => {
      pass()
      const answer = method.apply(self, given)
      if (!(answer instanceof Promise)) return answer
      return answer.then((value: unknown) => {
        pass()
        return value
      })
    }
  return {
    get moments() {
      return moments
    },
    get isDead() {
      return isDead
    },
    of: (part) =>
      new Proxy(part, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name)
          return typeof value === 'function' ? mortal(value as never, target) : value
        },
      }),
  }
}
