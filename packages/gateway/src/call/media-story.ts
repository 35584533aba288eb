import type { FromMedia } from '#media'
import type { Live } from './live.ts'

/** Tells the call's story, and its app, what becomes of a leg's media. `isFirst`: the leg that commands are about. */
export function tellMedia({ story, tell }: Pick<Live, 'story' | 'tell'>, event: FromMedia, isFirst: boolean) {
  const whose = isFirst ? {} : { leg: 'dialled' }
  if (event.kind === 'warning') story('warning', { code: event.code, count: event.count, ...whose })
  else if (event.kind === 'media.started') story('media.started', whose)
  else if (event.kind === 'media.condition') {
    const { condition, mos } = event
    story('media.condition', { condition, mos, ...whose })
    void tell('media.condition', { condition, mos, leg: isFirst ? 'first' : 'dialled' })
  }
}
