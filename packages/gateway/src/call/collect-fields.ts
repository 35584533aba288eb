import type { CardBrand, Clock } from '#kernel'
import { brandOf } from './card-number.ts'
import { fieldEntry, type EntryProgress, type EntryResult } from './collect-entry.ts'
import { promptFor, type PromptPlayer } from './collect-prompts.ts'
import {
  nameOf,
  type CollectCommand,
  type FieldCommand,
  type FieldFault,
  type FieldKind,
} from './commands-collect.ts'
import type { DigitBuffer } from './digit-buffer.ts'
import { maskedField } from './field-mask.ts'

export type RoomSettings = Pick<
  CollectCommand,
  'finish_on_key' | 'cancel_key' | 'clear_key' | 'timeout_ms' | 'attempts'
>

/** Where fields are asked for: the keys come from a leg that is secure. */
export interface KeyRoom {
  readonly clock: Clock
  readonly settings: RoomSettings
  readonly signal: AbortSignal
  readonly prompts: PromptPlayer
  tell(name: string, progress: EntryProgress): void
  /** Who takes the keys from now on. */
  listen(take: (digit: string) => void): void
}

/** A field that was keyed in. Whoever holds it wipes it. */
export interface HeldField {
  readonly name: string
  readonly kind: FieldKind
  readonly digits: DigitBuffer
  readonly masked: string
  readonly brand: CardBrand | undefined
  readonly attempts: number
}

/** Why not all fields came. */
export interface NotCollected {
  readonly outcome: 'cancelled' | 'timeout' | 'attempts' | 'aborted'
  readonly name: string
  readonly kind: FieldKind
  readonly fault: FieldFault | undefined
  /** How often the field was keyed in, in vain. */
  readonly attempts: number
}

/** Fields in the order they were asked for, by name. */
export class HeldFields {
  readonly #held = new Map<string, HeldField>()

  get all(): readonly HeldField[] {
    return [...this.#held.values()]
  }

  get attempts(): number {
    return this.all.reduce((sum, { attempts }) => sum + attempts, 0)
  }

  of(kind: FieldKind): HeldField | undefined {
    return this.all.find((field) => field.kind === kind)
  }

  has(name: string): boolean {
    return this.#held.has(name)
  }

  add(field: HeldField): void {
    this.wipe(field.name)
    this.#held.set(field.name, field)
  }

  wipe(name: string): void {
    this.#held.get(name)?.digits.wipe()
    this.#held.delete(name)
  }

  wipeAll(): void {
    for (const { name } of this.all) this.wipe(name)
  }
}

/**
 * Asks for those fields that are not held yet, one after the other. When one of them does not come the others stay as they are: the
 * caller of this wipes them.
 */
export async function askFields(
  room: KeyRoom,
  fields: readonly FieldCommand[],
  held: HeldFields,
  fault?: FieldFault,
): Promise<NotCollected | undefined> {
  let skipsFinish = false
  let wrong = fault
  for (const field of fields) {
    const name = nameOf(field)
    if (held.has(name)) continue
    const brand = held.of('card-number')?.brand
    const result = await askField(room, field, { brand, skipsFinish, fault: wrong })
    if (result.kind !== 'accepted') return notCollected(field, result)
    const { digits, attempts, wasFinished } = result
    held.add({
      name,
      kind: field.field,
      digits,
      attempts,
      masked: maskedField(field.field, digits.digits),
      brand: field.field === 'card-number' ? brandOf(digits.digits) : undefined,
    })
    skipsFinish = !wasFinished
    wrong = undefined
  }
  return undefined
}

async function askField(
  room: KeyRoom,
  field: FieldCommand,
  o: {
    readonly brand: CardBrand | undefined
    readonly skipsFinish: boolean
    readonly fault: FieldFault | undefined
  },
): Promise<EntryResult> {
  const { settings, clock, signal, prompts } = room
  const name = nameOf(field)
  const host = {
    clock,
    prompt: (occasion: Parameters<typeof promptFor>[1]) => prompts.play(promptFor(field, occasion, o.brand)),
    stopPrompt: () => prompts.stop(),
    tell: (progress: EntryProgress) => room.tell(name, progress),
  }
  const entry = fieldEntry(
    host,
    {
      rules: field,
      context: { nowMs: clock.now(), brand: o.brand },
      keys: { finish: settings.finish_on_key, cancel: settings.cancel_key, clear: settings.clear_key },
      timeoutMs: settings.timeout_ms,
      attempts: settings.attempts,
      attempt: 1,
      fault: o.fault,
      skipsFinish: o.skipsFinish,
    },
    signal,
  )
  room.listen((digit) => entry.key(digit))
  return entry.result
}

function notCollected(
  field: FieldCommand,
  result: Exclude<EntryResult, { readonly kind: 'accepted' }>,
): NotCollected {
  const isFailed = result.kind === 'failed'
  const about = { name: nameOf(field), kind: field.field, attempts: result.attempts - (isFailed ? 0 : 1) }
  if (!isFailed) return { ...about, outcome: result.kind, fault: undefined }
  return { ...about, outcome: result.fault === 'timeout' ? 'timeout' : 'attempts', fault: result.fault }
}
