/** How far a leg beside the first one is. `silent`: dialled, and nothing is heard of it yet. */
export type PartyState = 'silent' | 'ringing' | 'early' | 'up'

export interface Party<Leg> {
  readonly state: PartyState
  /** Undefined while several are rung at once. */
  readonly leg: Leg | undefined
  /** It put us on hold. */
  readonly holds: boolean
}

/** Everything that decides who hears whom in one call. */
export interface Scene<Leg> {
  readonly first: { readonly leg: Leg; readonly holds: boolean }
  /** Whom the first leg talks with, or is to. */
  readonly other: Party<Leg> | undefined
  /** A third one, whom `for` asked for: the other side to consult it, or either side to be replaced by it. */
  readonly third: (Party<Leg> & { readonly asked: 'consult' | 'by-first' | 'by-other' }) | undefined
  /** The app put the first leg on hold. */
  readonly held: boolean
  readonly ring: 'ringback' | 'early' | 'music'
  readonly hasMusic: boolean
}

export type Heard = 'music' | 'ringback'

export interface Arrangement<Leg> {
  readonly bridge: readonly [Leg, Leg] | undefined
  /** What a leg hears instead of a peer; who is in neither hears silence, or the call's own prompts and streams. */
  readonly hears: ReadonlyMap<Leg, Heard>
}

/** Who hears whom. */
export function arrange<Leg>(scene: Scene<Leg>): Arrangement<Leg> {
  const { first, other, third, held } = scene
  if (third?.asked === 'consult') return consulting(scene, third)
  if (third?.asked === 'by-other') return only(first.leg, 'ringback')
  if (third?.asked === 'by-first') return other?.leg === undefined ? nobody() : only(other.leg, 'ringback')
  if (held) return only(first.leg, 'music')
  if (other === undefined) return nobody()
  if (other.state === 'up' && other.leg !== undefined) return talking(scene, other, other.leg)
  return waiting(scene, other)
}

/** The first leg waits, while the other one waits for the third, and then talks with it. */
function consulting<Leg>(scene: Scene<Leg>, third: Party<Leg>): Arrangement<Leg> {
  const { first, other } = scene
  const hears = new Map<Leg, Heard>([[first.leg, 'music']])
  if (other?.leg === undefined) return { bridge: undefined, hears }
  const isHeard = third.state === 'up' || third.state === 'early'
  if (isHeard && third.leg !== undefined) return { bridge: [other.leg, third.leg], hears }
  if (third.state === 'ringing') hears.set(other.leg, 'ringback')
  return { bridge: undefined, hears }
}

/** One of the two may hold: the app's music is then for the other, and without any the holder's own passes. */
function talking<Leg>(scene: Scene<Leg>, other: Party<Leg>, otherLeg: Leg): Arrangement<Leg> {
  const { first, hasMusic } = scene
  if (hasMusic && other.holds && !first.holds) return only(first.leg, 'music')
  if (hasMusic && first.holds && !other.holds) return only(otherLeg, 'music')
  return { bridge: [first.leg, otherLeg], hears: new Map() }
}

function waiting<Leg>({ first, ring, hasMusic }: Scene<Leg>, other: Party<Leg>): Arrangement<Leg> {
  if (ring === 'music' && hasMusic) return only(first.leg, 'music')
  if (other.state === 'silent') return nobody()
  if (ring === 'early' && other.state === 'early' && other.leg !== undefined)
    return { bridge: [first.leg, other.leg], hears: new Map() }
  return only(first.leg, 'ringback')
}

function only<Leg>(leg: Leg, heard: Heard): Arrangement<Leg> {
  return { bridge: undefined, hears: new Map([[leg, heard]]) }
}

function nobody<Leg>(): Arrangement<Leg> {
  return { bridge: undefined, hears: new Map() }
}
