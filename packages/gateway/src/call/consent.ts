import { asksNobody, stricter, type ConsentLevel } from '#consent'
import type { CallLeg } from './call-leg.ts'
import type { ConsentCommand } from './commands-consent.ts'
import { beeper } from './consent-beep.ts'
import { isSatisfied, type ConsentAnswer, type ConsentParty } from './consent-party.ts'
import { askConsent, type AnswerSource } from './consent-question.ts'
import type { Live } from './live.ts'
import { promptAudio } from './say.ts'
import type { ConsentEntry } from './receipt.ts'

/** Whether a call may be recorded, and what its parties said to that. */
export interface Consent {
  /** Why no recording may run now; undefined: it may. What was chosen before the call is looked up first. */
  whyNot(): Promise<ConsentRefusal | undefined>
  /** Whether what was said from then (of `now`) on may be kept, as audio or as words; false until `whyNot` was asked. */
  isGivenSince(ms: number): boolean
  /** Whether the app may have the call's audio; of a leg that talks with nobody yet, what its peer says. */
  mayStream(leg?: CallLeg): Promise<boolean>
  /** Tells once when `mayStream` is true of the leg no longer; the returned function ends that. */
  onRefused(leg: CallLeg, stop: () => void): () => void
  /** Somebody answered, and is asked something before they talk with anybody. */
  met(party: { readonly leg: CallLeg; readonly number: string | undefined }): void
  /** Asks those who were not asked, takes down what the app says, or takes consent back. False when somebody does not agree. */
  run(command: ConsentCommand, signal: AbortSignal): Promise<boolean>
  /** The first leg talks with this one, or with nobody else. Told before either can hear the other. */
  talksWith(party: { readonly leg: CallLeg; readonly number: string | undefined } | undefined): void
  /** This leg is the first one from now on. */
  promoted(leg: CallLeg): void
  /** A recording began to run, or no longer does. */
  recording(isRunning: boolean): void
}

export type ConsentRefusal = 'consent-required' | 'consent-refused' | 'consent-unknown'

/** What consent does to the rest of its call. */
export interface ConsentHost {
  /** Keeps the recording silent, or no longer; whether there is one. */
  bar(isBarred: boolean): boolean
  /** Everybody who must agree has: what waited for that may begin. */
  allowed(): void
  stopRecording(): Promise<void>
  /** Nobody is to hear the call any more, but for a recording's sake: no app, and no engine. */
  silence(): void
  /** How a party answers. */
  answers(leg: CallLeg, language: string): AnswerSource
}

/** A receipt has an end. */
const maxEntries = 50

/** Consent of one call, party by party. Closed: while somebody who must agree has not, nothing is recorded. */
export function callConsent(live: Live, host: ConsentHost): Consent {
  return new CallConsent(live, host)
}

class CallConsent implements Consent {
  readonly #live: Live
  readonly #host: ConsentHost
  readonly #dialled = new WeakMap<CallLeg, ConsentParty>()
  /** Their numbers; they are parties from the time on that they are heard. */
  readonly #met = new WeakMap<CallLeg, string | undefined>()
  readonly #beeper: ReturnType<typeof beeper>
  #caller: ConsentParty | undefined
  /** The deployment's own side: it is a party, and agrees; where it is counts. */
  #own: ConsentLevel = 'none'
  #other: { readonly leg: CallLeg; readonly party: ConsentParty } | undefined
  /** Who was dialled and may have chosen before: until that is looked up, and where it cannot be, nothing is recorded. */
  readonly #lookedFor = new Map<ConsentParty, Promise<void>>()
  #begun: Promise<void> | undefined
  /** What was chosen before the call could not be looked up. */
  #isUnknown = false
  #isNoted = false
  #givenAtMs: number | undefined
  /** Who hears a leg, and stops when that is refused. */
  readonly #hearing = new Set<{ readonly leg: CallLeg; readonly stop: () => void }>()

  constructor(live: Live, host: ConsentHost) {
    this.#live = live
    this.#host = host
    const legs = () => [live.first, this.#other?.leg].filter((leg) => leg !== undefined)
    this.#beeper = beeper(live, legs)
  }

  async whyNot(): Promise<ConsentRefusal | undefined> {
    await this.#ready()
    const why = this.#look()
    this.#host.bar(why !== undefined)
    if (why === undefined) this.#noteNotRequired()
    return why
  }

  isGivenSince(ms: number): boolean {
    return this.#refusal() === undefined && this.#givenAtMs !== undefined && this.#givenAtMs <= ms
  }

  async mayStream(leg?: CallLeg): Promise<boolean> {
    if (this.#policy.streamsWithout === 'allow') return true
    if (leg !== undefined && this.#met.has(leg)) this.#partyOf(leg, this.#met.get(leg))
    await this.#ready()
    return this.#mayHear(leg)
  }

  onRefused(leg: CallLeg, stop: () => void): () => void {
    const one = { leg, stop }
    this.#hearing.add(one)
    return () => void this.#hearing.delete(one)
  }

  met({ leg, number }: { readonly leg: CallLeg; readonly number: string | undefined }): void {
    this.#met.set(leg, number)
  }

  async run(command: ConsentCommand, signal: AbortSignal): Promise<boolean> {
    await this.#ready()
    const wanted = this.#parties(command.party)
    for (const { party } of wanted)
      if (party.name === 'caller' || command.party === 'dialled') this.#place(party, command.jurisdiction)
    if (command.action === 'revoke') return this.#revoke(wanted)
    for (const { leg, party } of wanted) {
      const level = this.#level
      if (signal.aborted) return false
      if (hasOptedOut(party)) continue // once and for all: nobody asks again
      if (command.action === 'assert') await this.#answered(party, command.answer, 'app')
      else if (!isSatisfied(party, level)) await this.#ask({ leg, party, level }, command, signal)
    }
    this.#review()
    return this.#refusal() === undefined
  }

  talksWith(other: { readonly leg: CallLeg; readonly number: string | undefined } | undefined): void {
    if (this.#other?.leg === other?.leg) return
    this.#other = other && { leg: other.leg, party: this.#partyOf(other.leg, other.number) }
    this.#review()
  }

  promoted(leg: CallLeg): void {
    this.#caller = this.#dialled.get(leg) ?? this.#newParty('dialled', undefined)
    this.#other = undefined
    this.#review()
  }

  recording(isRunning: boolean): void {
    this.#beeper.run(isRunning ? this.#policy.beepMs : undefined)
  }

  get #policy() {
    return this.#live.deps.consent.policy(this.#live.tenant)
  }

  /** What is asked of everybody who is there. */
  get #level(): ConsentLevel {
    const parties = [this.#caller, this.#other?.party].filter((party) => party !== undefined)
    return parties.map(({ requirement }) => requirement.level).reduce(stricter, this.#own)
  }

  #refusal(): ConsentRefusal | undefined {
    const caller = this.#caller
    if (caller === undefined || this.#isUnknown || this.#isLookedFor) return 'consent-unknown'
    const level = this.#level
    const others = [caller, this.#other?.party].filter((party) => party !== undefined)
    if (others.some(isNo)) return 'consent-refused'
    return others.every((party) => isSatisfied(party, level)) ? undefined : 'consent-required'
  }

  /** Whoever talks needs the consent of all who do; who is whispered to, their own. Closed: nobody hears a stranger. */
  #mayHear(leg: CallLeg | undefined): boolean {
    const isTalking = leg === undefined || leg === this.#live.first || leg === this.#other?.leg
    if (isTalking) return this.#refusal() === undefined
    const party = this.#dialled.get(leg)
    if (party === undefined || this.#isUnknown || this.#lookedFor.has(party)) return false
    return isSatisfied(party, stricter(this.#own, party.requirement.level))
  }

  /** Who said no may be none of those who talk. */
  #stopAtOnce(): void {
    if (this.#refusal() === undefined) return
    this.#host.bar(true)
    this.#silence()
  }

  /** Where it takes consent to hear the call, nobody goes on without. */
  #silence(): void {
    if (this.#policy.streamsWithout === 'allow') return
    this.#host.silence()
    for (const one of this.#hearing) {
      if (this.#mayHear(one.leg)) continue
      this.#hearing.delete(one)
      one.stop()
    }
  }

  /** Why not, and since when it is otherwise. */
  #look(): ConsentRefusal | undefined {
    const why = this.#refusal()
    this.#givenAtMs = why === undefined ? (this.#givenAtMs ?? this.#live.deps.clock.now()) : undefined
    return why
  }

  get #isLookedFor(): boolean {
    return this.#other !== undefined && this.#lookedFor.has(this.#other.party)
  }

  async #ready(): Promise<void> {
    this.#begun ??= this.#begin()
    await this.#begun
    await Promise.all(this.#lookedFor.values())
  }

  async #begin(): Promise<void> {
    const { deps, tenant } = this.#live
    const { direction, from, to, from_unverified: unverified, jurisdiction } = this.#live.describe()
    const [theirs, ours] = direction === 'inbound' ? [from, to] : [to, from]
    const number = typeof theirs === 'string' && unverified === undefined ? theirs : undefined
    this.#caller ??= this.#newParty('caller', number)
    if (typeof jurisdiction === 'string') this.#place(this.#caller, [jurisdiction])
    this.#own = deps.consent.own(tenant, typeof ours === 'string' ? ours : undefined)
    await this.#lookUp(this.#caller)
  }

  /** What this party chose before the call. What cannot be looked up is taken for a no. */
  async #lookUp(party: ConsentParty): Promise<void> {
    const { deps, tenant, log } = this.#live
    if (party.number === undefined || this.#policy.mode === 'dangerouslyOff') return
    try {
      const choice = await deps.consent.choice(tenant, party.number)
      if (choice === undefined) return
      await this.#answered(party, choice === 'opt-in' ? 'given' : 'refused', 'registered')
    } catch (error) {
      log.error('a choice about recordings could not be looked up', { error })
      this.#isUnknown = true
    }
  }

  #newParty(name: ConsentParty['name'], number: string | undefined): ConsentParty {
    const { deps, tenant } = this.#live
    const requirement = deps.consent.require(tenant, { number, said: [] })
    const isCovered = name === 'dialled' && this.#policy.dialled === 'covered'
    return { name, number, said: [], requirement, answer: 'none', how: null, isCovered }
  }

  #partyOf(leg: CallLeg, number: string | undefined): ConsentParty {
    const party = this.#dialled.get(leg) ?? this.#newParty('dialled', number)
    if (!this.#dialled.has(leg) && !party.isCovered && number !== undefined) this.#lookFor(party)
    this.#dialled.set(leg, party)
    return party
  }

  #lookFor(party: ConsentParty): void {
    if (this.#policy.mode === 'dangerouslyOff') return
    const found = this.#lookUp(party).then(
      () => void this.#lookedFor.delete(party),
      (error: unknown) => {
        this.#isUnknown = true
        this.#live.log.error('a choice about recordings could not be taken down', { error })
      },
    )
    this.#lookedFor.set(party, found)
    void found.then(() => this.#review())
  }

  /** Where somebody says that this party is. */
  #place(party: ConsentParty, places: readonly string[]): void {
    if (places.length === 0) return
    party.said.push(...places.slice(0, 8 - party.said.length))
    party.requirement = this.#live.deps.consent.require(this.#live.tenant, party)
  }

  #parties(which: ConsentCommand['party']) {
    const { first } = this.#live
    const all = [
      { leg: first, party: this.#caller },
      { leg: this.#other?.leg, party: this.#other?.party },
    ]
    return all.flatMap(({ leg, party }) => {
      if (leg === undefined || party === undefined || party.isCovered) return []
      return which === 'all' || which === (leg === first ? 'caller' : 'dialled') ? [{ leg, party }] : []
    })
  }

  async #ask(
    { leg, party, level }: { leg: CallLeg; party: ConsentParty; level: ConsentLevel },
    command: ConsentCommand,
    signal: AbortSignal,
  ): Promise<void> {
    const live = this.#live
    const prompt = await promptAudio(live, command.prompt_url ?? '', command.language, signal)
    if (prompt === undefined || signal.aborted) return
    live.story('consent.asked', { party: party.name, level, rule: party.requirement.rule })
    const source = this.#host.answers(leg, command.language)
    const { answer, how } = await askConsent(live, { leg: leg.id, prompt, command, level, source }, signal)
    if (signal.aborted && answer === 'unanswered') return
    // Who said no has not changed their mind by saying nothing.
    if (isNo(party) && answer !== 'given') return
    await this.#answered(party, answer, how)
  }

  async #revoke(parties: readonly { readonly party: ConsentParty }[]): Promise<boolean> {
    for (const { party } of parties) await this.#answered(party, 'revoked', 'app')
    await this.#host.stopRecording()
    this.#review()
    const { deps, id, tenant } = this.#live
    if (this.#policy.onRevoke === 'shred') {
      const shredded = await deps.keep.shredRecordings(tenant, id, 'consent revoked')
      this.#live.story('consent.shredded', { recordings: shredded })
    }
    return false
  }

  /** Takes an answer down. */
  async #answered(party: ConsentParty, answer: Exclude<ConsentAnswer, 'none'>, how: ConsentEntry['how']) {
    const { receipt, deps, tell, story, audit, id, tenant } = this.#live
    const { level, rule } = party.requirement
    const required = stricter(level, this.#level)
    const atMs = deps.clock.now()
    const entry: ConsentEntry = { party: party.name, required, rule, state: answer, how, atMs }
    const take = () => Object.assign(party, { answer, how })
    // A no holds at once, also where it cannot be written down; a yes once it is on record.
    if (answer === 'refused' || answer === 'revoked') {
      take()
      this.#stopAtOnce()
    }
    await audit(`consent.${answer}`, { party: party.name, required, rule, how })
    await deps.keep.consent({ call: id, tenant, number: party.number, ...entry })
    take()
    if (receipt.consent.length < maxEntries) receipt.consent.push(entry)
    deps.count('consents', { state: answer })
    story(`consent.${answer}`, { party: party.name, required, rule, how })
    void tell('call.consent', { party: party.name, state: answer, required, rule, how })
  }

  /** Somebody came, went or answered: the recording goes on where it may, and nowhere else. */
  #review(): void {
    const why = this.#look()
    const isRecording = this.#host.bar(why !== undefined)
    if (why === undefined) return this.#host.allowed()
    if (!this.#isLookedFor) this.#silence()
    const waits = [this.#caller, this.#other?.party].find(
      (party) => party !== undefined && !isSatisfied(party, this.#level),
    )
    if (!isRecording || waits === undefined || why !== 'consent-required') return
    const required = this.#level
    void this.#live.tell('consent.required', { party: waits.name, required, rule: waits.requirement.rule })
  }

  /** The receipt says also that nobody had to be asked. */
  #noteNotRequired(): void {
    const party = this.#caller
    if (this.#isNoted || party === undefined || party.answer !== 'none' || !asksNobody(this.#level)) return
    this.#isNoted = true
    const { level: required, rule } = party.requirement
    const entry = { party: party.name, required, rule, state: 'not-required', how: null } as const
    this.#live.receipt.consent.push({ ...entry, atMs: this.#live.deps.clock.now() })
  }
}

function isNo({ answer }: ConsentParty): boolean {
  return answer === 'refused' || answer === 'revoked'
}

function hasOptedOut(party: ConsentParty): boolean {
  return isNo(party) && party.how === 'registered'
}
