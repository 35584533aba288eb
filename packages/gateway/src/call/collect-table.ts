/** Where a field is: asked for, being keyed in, being looked at, and the same a second time where it is to be repeated. */
export type EntryState =
  | 'asked'
  | 'entering'
  | 'judging'
  | 'askedAgain'
  | 'enteringAgain'
  | 'judgingAgain'
  | 'confirming'
  | 'accepted'
  | 'failed'
  | 'cancelled'

/** `last`: a digit that makes it whole. What a judgement says: from `good` on. */
export type EntryEvent =
  | 'promptOver'
  | 'digit'
  | 'last'
  | 'finish'
  | 'clear'
  | 'cancel'
  | 'timeout'
  | 'good'
  | 'repeat'
  | 'confirm'
  | 'bad'
  | 'spent'

/** What whoever drives it does. `judge` brings the next event at once. */
export type EntryAction =
  | 'ask'
  | 'askAgain'
  | 'askConfirm'
  | 'stopPrompt'
  | 'startTimer'
  | 'stopTimer'
  | 'store'
  | 'keep'
  | 'wipe'
  | 'tellKeys'
  | 'tellAccepted'
  | 'tellFault'
  | 'nextAttempt'
  | 'judge'
  | 'judgeTimeout'
  | 'judgeAgain'
  | 'judgeRefusal'

type Step = readonly [EntryState, ...EntryAction[]]
export type EntryTable = Readonly<Record<EntryState, Readonly<Partial<Record<EntryEvent, Step>>>>>

const cancel = ['cancelled', 'stopPrompt', 'stopTimer', 'wipe'] as const
const timeout = ['judging', 'stopPrompt', 'stopTimer', 'judgeTimeout'] as const
const spent = ['failed', 'wipe', 'tellFault'] as const
const bad = ['asked', 'wipe', 'tellFault', 'nextAttempt', 'ask'] as const

/** One field, from its prompt to its end. An event that a state does not name changes nothing. */
export const entryTable: EntryTable = {
  asked: {
    promptOver: ['asked', 'startTimer'],
    digit: ['entering', 'stopPrompt', 'store', 'tellKeys', 'startTimer'],
    last: ['judging', 'stopPrompt', 'stopTimer', 'store', 'tellKeys', 'judge'],
    finish: ['judging', 'stopPrompt', 'stopTimer', 'judge'],
    clear: ['asked', 'stopPrompt', 'startTimer'],
    cancel,
    timeout,
  },
  entering: {
    digit: ['entering', 'store', 'tellKeys', 'startTimer'],
    last: ['judging', 'stopTimer', 'store', 'tellKeys', 'judge'],
    finish: ['judging', 'stopTimer', 'judge'],
    clear: ['entering', 'wipe', 'tellKeys', 'startTimer'],
    cancel,
    timeout,
  },
  judging: {
    good: ['accepted', 'tellAccepted'],
    repeat: ['askedAgain', 'keep', 'askAgain'],
    confirm: ['confirming', 'askConfirm'],
    bad,
    spent,
  },
  askedAgain: {
    promptOver: ['askedAgain', 'startTimer'],
    digit: ['enteringAgain', 'stopPrompt', 'store', 'tellKeys', 'startTimer'],
    last: ['judgingAgain', 'stopPrompt', 'stopTimer', 'store', 'tellKeys', 'judgeAgain'],
    finish: ['judgingAgain', 'stopPrompt', 'stopTimer', 'judgeAgain'],
    clear: ['askedAgain', 'stopPrompt', 'startTimer'],
    cancel,
    timeout: ['judgingAgain', 'stopPrompt', 'stopTimer', 'judgeTimeout'],
  },
  enteringAgain: {
    digit: ['enteringAgain', 'store', 'tellKeys', 'startTimer'],
    last: ['judgingAgain', 'stopTimer', 'store', 'tellKeys', 'judgeAgain'],
    finish: ['judgingAgain', 'stopTimer', 'judgeAgain'],
    clear: ['enteringAgain', 'wipe', 'tellKeys', 'startTimer'],
    cancel,
    timeout: ['judgingAgain', 'stopTimer', 'judgeAgain'],
  },
  judgingAgain: {
    good: ['accepted', 'tellAccepted'],
    confirm: ['confirming', 'askConfirm'],
    bad,
    spent,
  },
  confirming: {
    promptOver: ['confirming', 'startTimer'],
    good: ['accepted', 'stopPrompt', 'stopTimer', 'tellAccepted'],
    bad: ['judging', 'stopPrompt', 'stopTimer', 'judgeRefusal'],
    cancel,
    timeout: ['judging', 'stopPrompt', 'stopTimer', 'judgeRefusal'],
  },
  accepted: {},
  failed: {},
  cancelled: {},
}
