import type { CardBrand, Clock } from '#kernel'
import { brandOf } from './card-number.ts'
import { entryTable, type EntryAction, type EntryEvent, type EntryState } from './collect-table.ts'
import type { FieldCommand, FieldFault } from './commands-collect.ts'
import { DigitBuffer } from './digit-buffer.ts'
import { maskedField, maskedKeys } from './field-mask.ts'
import { faultOf, isWhole, limitsOf, type FieldContext, type FieldRules } from './field-rules.ts'

/** What is said about a field while it is keyed in: how many keys, never which. */
export interface EntryProgress {
  readonly step: 'asked' | 'keys' | 'repeat' | 'confirming' | 'fault' | 'accepted' | 'missing'
  readonly keys: number
  readonly attempt: number
  readonly masked: string
  readonly brand?: CardBrand
  readonly fault?: FieldFault
}

/** What decides which prompt is played. */
export interface PromptOccasion {
  readonly kind: 'ask' | 'again' | 'confirm'
  readonly attempt: number
  readonly fault: FieldFault | undefined
}

export interface EntryHost {
  readonly clock: Clock
  /** Begins a prompt in the place of one that plays; resolves when it is over, or there is none. */
  prompt(occasion: PromptOccasion): Promise<void>
  stopPrompt(): void
  tell(progress: EntryProgress): void
}

export interface EntryOptions {
  readonly rules: FieldRules & Pick<FieldCommand, 'repeat' | 'confirm'>
  readonly context: FieldContext
  readonly keys: { readonly finish: string; readonly cancel: string; readonly clear: string }
  readonly timeoutMs: number
  readonly attempts: number
  /** The attempt it begins with, from 1, and what went wrong with the one before. */
  readonly attempt: number
  readonly fault?: FieldFault | undefined
  /** The field before ended without its finish key: one that still comes is not this field's. */
  readonly skipsFinish: boolean
}

export type EntryResult =
  /** Whoever takes `digits` wipes them. */
  | {
      readonly kind: 'accepted'
      readonly digits: DigitBuffer
      readonly attempts: number
      readonly wasFinished: boolean
    }
  | { readonly kind: 'failed'; readonly fault: FieldFault; readonly attempts: number }
  | { readonly kind: 'cancelled'; readonly attempts: number }
  | { readonly kind: 'aborted'; readonly attempts: number }

export interface FieldEntry {
  /** Takes one key; those that are no key of a telephone are not taken. */
  key(digit: string): void
  readonly result: Promise<EntryResult>
}

/** How long after a field that ended by itself its finish key may still come. */
const lateFinishMs = 2_500

/** Has one field keyed in: `entryTable`, with a clock and prompts. What it holds is zeroed, whatever becomes of it, unless it was accepted. */
export function fieldEntry(host: EntryHost, options: EntryOptions, signal: AbortSignal): FieldEntry {
  const entry = new Entry(host, options)
  if (signal.aborted) entry.abort()
  else {
    const abort = () => entry.abort()
    signal.addEventListener('abort', abort, { once: true })
    void entry.result.then(() => signal.removeEventListener('abort', abort))
    entry.begin()
  }
  return entry
}

class Entry implements FieldEntry {
  readonly #host: EntryHost
  readonly #o: EntryOptions
  readonly #digits: DigitBuffer
  /** What was keyed in first, where it is to be repeated. */
  readonly #first: DigitBuffer
  readonly #over = Promise.withResolvers<EntryResult>()
  readonly #startedAtMs: number
  #state: EntryState = 'asked'
  #attempt: number
  #fault: FieldFault | undefined
  #key = 0
  #prompt = 0
  #wasFinished = false
  #cancelTimer = () => {}

  constructor(host: EntryHost, options: EntryOptions) {
    const { max } = limitsOf(options.rules, options.context)
    this.#host = host
    this.#o = options
    this.#digits = new DigitBuffer(max)
    this.#first = new DigitBuffer(max)
    this.#attempt = options.attempt
    this.#fault = options.fault
    this.#startedAtMs = host.clock.monotonicMs()
  }

  get result(): Promise<EntryResult> {
    return this.#over.promise
  }

  begin(): void {
    this.#perform('ask')
  }

  abort(): void {
    this.#leave({ kind: 'aborted', attempts: this.#attempt })
  }

  key(digit: string): void {
    const { finish, cancel, clear } = this.#o.keys
    if (Object.keys(entryTable[this.#state]).length === 0) return // it is over
    if (digit === cancel) return this.#step('cancel')
    if (this.#state === 'confirming') return this.#confirmBy(digit)
    if (digit === finish) return this.#isLateFinish() ? undefined : this.#finish()
    if (digit === clear) return this.#step('clear')
    if (!/^[0-9]$/.test(digit)) return
    this.#key = digit.charCodeAt(0)
    this.#step(this.#completes() ? 'last' : 'digit')
    this.#key = 0
  }

  #confirmBy(digit: string): void {
    if (digit === '1') this.#step('good')
    else if (digit === '2') this.#step('bad')
  }

  #finish(): void {
    this.#wasFinished = true
    this.#step('finish')
  }

  #isLateFinish(): boolean {
    const { skipsFinish, attempt } = this.#o
    const isUntouched = this.#state === 'asked' && this.#attempt === attempt
    const sinceMs = this.#host.clock.monotonicMs() - this.#startedAtMs
    return skipsFinish && isUntouched && sinceMs < lateFinishMs
  }

  /** Whether the field is whole with the key that came. */
  #completes(): boolean {
    this.#digits.push(this.#key)
    const isLast = isWhole(this.#o.rules, this.#digits.digits, this.#o.context)
    this.#digits.pop()
    return isLast
  }

  #step(event: EntryEvent): void {
    const found = entryTable[this.#state][event]
    if (found === undefined) return
    const [next, ...actions] = found
    this.#state = next
    for (const action of actions) this.#perform(action)
    if (next === 'failed')
      this.#leave({ kind: 'failed', fault: this.#fault ?? 'timeout', attempts: this.#attempt })
    if (next === 'cancelled') this.#leave({ kind: 'cancelled', attempts: this.#attempt })
    if (next === 'accepted') this.#accept()
  }

  #perform(action: EntryAction): void {
    switch (action) {
      case 'ask':
        return this.#ask('ask', 'asked')
      case 'askAgain':
        return this.#ask('again', 'repeat')
      case 'askConfirm':
        return this.#ask('confirm', 'confirming')
      case 'stopPrompt':
        this.#prompt += 1
        return this.#host.stopPrompt()
      case 'startTimer':
        this.#cancelTimer()
        this.#cancelTimer = this.#host.clock.set(this.#o.timeoutMs, () => this.#step('timeout'))
        return
      case 'stopTimer':
        return this.#cancelTimer()
      case 'store':
        return this.#digits.push(this.#key)
      case 'keep':
        for (const digit of this.#digits.digits) this.#first.push(digit)
        return this.#digits.wipe()
      case 'wipe':
        this.#digits.wipe()
        if (this.#state !== 'enteringAgain') this.#first.wipe()
        return
      case 'tellKeys':
        return this.#tell('keys')
      case 'tellAccepted':
        return this.#tell('accepted')
      case 'tellFault':
        return this.#tell('fault')
      case 'nextAttempt':
        this.#attempt += 1
        return
      case 'judge':
        return this.#judge()
      case 'judgeTimeout':
        return this.#judgeTimeout()
      case 'judgeAgain':
        return this.#digits.equals(this.#first) ? this.#step(this.#next()) : this.#spend('mismatch')
      case 'judgeRefusal':
        return this.#spend('not-confirmed')
    }
  }

  #ask(kind: PromptOccasion['kind'], step: EntryProgress['step']): void {
    const prompt = (this.#prompt += 1)
    if (step !== 'confirming') this.#wasFinished = false
    this.#tell(step)
    const over = () => {
      if (prompt === this.#prompt) this.#step('promptOver')
    }
    // A prompt that fails is no reason to leave the caller waiting without end.
    this.#host.prompt({ kind, attempt: this.#attempt, fault: this.#fault }).then(over, over)
  }

  #judge(): void {
    const fault = faultOf(this.#o.rules, this.#digits.digits, this.#o.context)
    if (fault !== undefined) return this.#spend(fault)
    this.#step(this.#o.rules.repeat ? 'repeat' : this.#next())
  }

  /** Without a finish key, silence ends what has enough digits. */
  #judgeTimeout(): void {
    const isEnough = this.#digits.length >= limitsOf(this.#o.rules, this.#o.context).min
    if (isEnough) this.#judge()
    else this.#spend('timeout')
  }

  #next(): 'confirm' | 'good' {
    return this.#o.rules.confirm ? 'confirm' : 'good'
  }

  #spend(fault: FieldFault): void {
    this.#fault = fault
    const isSpent = this.#attempt >= this.#o.attempts
    this.#step(isSpent ? 'spent' : 'bad')
  }

  #tell(step: EntryProgress['step']): void {
    const { field } = this.#o.rules
    const { digits, length } = this.#digits
    const isWholeNow = step === 'confirming' || step === 'accepted'
    const brand = isWholeNow && field === 'card-number' ? brandOf(digits) : undefined
    this.#host.tell({
      step,
      keys: length,
      attempt: this.#attempt,
      masked: isWholeNow ? maskedField(field, digits) : maskedKeys(field, length),
      ...(brand !== undefined && { brand }),
      ...(step === 'fault' && this.#fault !== undefined && { fault: this.#fault }),
    })
  }

  #accept(): void {
    this.#first.wipe()
    this.#cancelTimer()
    this.#over.resolve({
      kind: 'accepted',
      digits: this.#digits,
      attempts: this.#attempt,
      wasFinished: this.#wasFinished,
    })
  }

  #leave(result: EntryResult): void {
    this.#cancelTimer()
    this.#prompt += 1
    if (this.#state !== 'accepted') this.#digits.wipe()
    this.#first.wipe()
    this.#state = this.#state === 'accepted' ? 'accepted' : 'cancelled'
    this.#over.resolve(result)
  }
}
