import type { Handle, PKCS11 } from 'pkcs11js'
import { KeyError } from '#keys'
import type { Secret } from '#kernel'
import { isLost, isPinRefused, isStale, pkcs11Error } from './pkcs11-errors.ts'

/** The constants of the binding. */
export type Pkcs11Constants = Pick<
  typeof import('pkcs11js'),
  | 'CKA_CLASS'
  | 'CKA_DECRYPT'
  | 'CKA_ENCRYPT'
  | 'CKA_EXTRACTABLE'
  | 'CKA_KEY_TYPE'
  | 'CKA_LABEL'
  | 'CKA_PRIVATE'
  | 'CKA_SENSITIVE'
  | 'CKA_TOKEN'
  | 'CKA_VALUE_LEN'
  | 'CKF_OS_LOCKING_OK'
  | 'CKF_RW_SESSION'
  | 'CKF_SERIAL_SESSION'
  | 'CKK_AES'
  | 'CKM_AES_GCM'
  | 'CKM_AES_KEY_GEN'
  | 'CKO_SECRET_KEY'
  | 'CKU_USER'
  | 'CK_PARAMS_AES_GCM_v240'
>

export interface SessionDeps {
  readonly module: PKCS11
  readonly c: Pkcs11Constants
  readonly tokenLabel: string
  readonly pin: Secret<string>
}

/** The one session with a token, opened when it is needed. */
export interface TokenSession {
  /**
   * Acts in the session; once more in a new one where the old one is lost: a token that was pulled and put back, a server that
   * restarted. Throws `KeyError`.
   */
  within<T>(act: (session: Handle) => T): T
  /** Throws `KeyError` (`KEY_UNAVAILABLE`) when the token is not there. */
  mustBeThere(): void
  close(): void
}

const alreadyInitialized = 0x191
const alreadyLoggedIn = 0x100

/** @param onLost - Called whenever handles of objects are worth nothing any more. */
export function tokenSession(deps: SessionDeps, onLost: () => void): TokenSession {
  let session: Handle | undefined
  let isPinBad = false
  const open = (): Handle => {
    if (session) return session
    // A PIN that was refused once is not tried again: a token locks after a few.
    if (isPinBad) throw new KeyError('KEY_REFUSED', 'the token refuses the PIN')
    try {
      session = openSession(deps)
      return session
    } catch (error) {
      isPinBad = isPinRefused(error)
      throw error
    }
  }
  const close = () => {
    const old = session
    session = undefined
    onLost()
    if (old) attempt(() => deps.module.C_CloseSession(old))
  }
  const twice = <T>(act: (session: Handle) => T): T => {
    try {
      return act(open())
    } catch (error) {
      if (!isLost(error) && !isStale(error)) throw error
      close()
      return act(open())
    }
  }
  return {
    within(act) {
      try {
        return twice(act)
      } catch (error) {
        const told = pkcs11Error(error)
        if (told.code === 'KEY_UNAVAILABLE') close()
        throw told
      }
    },
    mustBeThere() {
      if (slotOf(deps) === undefined) throw notThere()
    },
    close,
  }
}

/** Logs in as the user of the token with the label. Throws what the module throws. */
function openSession(deps: SessionDeps): Handle {
  const { module, c, pin } = deps
  const initialize = () =>
    tolerate(alreadyInitialized, () => module.C_Initialize({ flags: c.CKF_OS_LOCKING_OK }))
  initialize()
  let slot = slotOf(deps)
  if (slot === undefined) {
    // Some modules look for their tokens only once. Sessions with other tokens end with this, and are opened anew when needed.
    attempt(() => module.C_Finalize())
    initialize()
    slot = slotOf(deps)
  }
  if (slot === undefined) throw notThere()
  const session = module.C_OpenSession(slot, c.CKF_RW_SESSION | c.CKF_SERIAL_SESSION)
  try {
    tolerate(alreadyLoggedIn, () => module.C_Login(session, c.CKU_USER, pin.reveal()))
    return session
  } catch (error) {
    attempt(() => module.C_CloseSession(session))
    throw error
  }
}

function slotOf({ module, tokenLabel }: SessionDeps): Handle | undefined {
  return module
    .C_GetSlotList(true)
    .find((one) => attempt(() => module.C_GetTokenInfo(one).label.trimEnd()) === tokenLabel)
}

function notThere(): KeyError {
  return new KeyError('KEY_UNAVAILABLE', 'the token is not there')
}

/** Undefined when it throws. */
export function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}

function tolerate(code: number, act: () => void): void {
  try {
    act()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === code)) throw error
  }
}
