import type { CallCommand } from './commands.ts'
import type { Call } from './resources.ts'

/** An agent that a call is connected with asks for a tool. Answer with `answerTool`, within the agent's `toolTimeoutMs`. */
export interface ToolEvent {
  readonly type: 'call.tool'
  readonly timestamp: string
  readonly data: {
    readonly call_id: string
    readonly call_sid: string
    readonly from: string
    readonly to: string
    readonly direction: Call['direction']
    /** Of the configuration's `agents`. */
    readonly agent: string
    readonly tool: {
      /** The agent's own name for this call of the tool. */
      readonly id: string
      readonly name: string
      /** What the model wrote: JSON that nobody has checked, or text where it is none. */
      readonly arguments: unknown
    }
  }
}

/** What the agent is told, and what is then done with the call. */
export interface ToolAnswer {
  /** Any JSON. */
  readonly result: unknown
  readonly actions?: readonly CallCommand[]
}

/** The answer to a `call.tool` webhook. */
export function answerTool(result: unknown, ...actions: CallCommand[]): ToolAnswer {
  return actions.length === 0 ? { result } : { result, actions }
}

export function isToolAnswer(answer: object): answer is ToolAnswer {
  return 'result' in answer
}
