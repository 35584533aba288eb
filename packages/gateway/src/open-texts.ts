import type { Clock, Random } from '#kernel'
import {
  openTextSocket,
  tlsContexts,
  type TextSocket,
  type TextSocketHandlers,
  type TextTarget,
} from '#stream'

/** What opens the sockets of conversations of text, with TLS contexts that they share. */
export function openTexts(deps: {
  readonly clock: Clock
  readonly random: Random
}): (target: TextTarget, handlers: TextSocketHandlers) => TextSocket {
  const contexts = tlsContexts()
  return (target, handlers) => openTextSocket(target, { ...deps, contexts }, handlers)
}
