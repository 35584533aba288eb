const silence = new Int16Array(160)

/** For a caller who waits to be listened to: silence until `ready` resolves, then the samples, then silence. */
export function sayWhen(ready: Promise<unknown>, samples: Int16Array): () => Int16Array | undefined {
  let next: 'silence' | 'speech' | 'nothing' = 'silence'
  const begin = () => (next = 'speech')
  ready.then(begin, begin) // whoever asked for it meets the failure
  return () => {
    if (next === 'silence') return silence
    if (next === 'nothing') return undefined
    next = 'nothing'
    return samples
  }
}
