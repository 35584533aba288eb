import type { CallCommand, WebhookEvent } from '@voxkeep/sdk'

/** An event and its answer in a line: what kind of thing happened, and nothing of what was said or keyed in. */
export function describe(event: WebhookEvent, answer: readonly CallCommand[] | undefined): string {
  const { field, step, outcome, result, tool } = event.data as {
    readonly [name in 'field' | 'step' | 'outcome' | 'result' | 'tool']?: unknown
  }
  const { name } = (tool ?? {}) as { readonly name?: unknown }
  const told = [event.type, field, step, outcome, result, name].filter((word) => typeof word === 'string')
  const types = (answer ?? []).map(({ type }) => type)
  return types.length === 0 ? told.join(' ') : `${told.join(' ')} → ${types.join(', ')}`
}
