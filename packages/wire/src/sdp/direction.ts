export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

const directions: ReadonlySet<string> = new Set(['sendrecv', 'sendonly', 'recvonly', 'inactive'])

export function isDirection(text: string): text is Direction {
  return directions.has(text)
}

function directionOf(send: boolean, receive: boolean): Direction {
  if (send) return receive ? 'sendrecv' : 'sendonly'
  return receive ? 'recvonly' : 'inactive'
}

export function sends(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'sendonly'
}

export function receives(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'recvonly'
}

/** Our direction, given what the peer said of its own and what we want: RFC 3264 §6.1. */
export function answerDirection(remote: Direction, wanted: Direction): Direction {
  return directionOf(sends(wanted) && receives(remote), receives(wanted) && sends(remote))
}

/** A peer that gives no address receives nothing, whatever it says: the hold of RFC 2543 (RFC 3264 §8.4). */
export function withoutReceiving(remote: Direction): Direction {
  return directionOf(sends(remote), false)
}
