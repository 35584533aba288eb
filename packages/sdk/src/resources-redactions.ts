import type { Schemas } from './api-types.ts'
import type { BodyOf } from './requests.ts'

/** What was done to a stretch of a recording, for a player to draw. Says nothing of what was said. */
export type RecordingMark = Schemas['RecordingMark']

export type RecordingMarks = Schemas['RecordingMarks']

export type RedactionSpan = RedactionRequest['spans'][number]

export type RedactionRequest = BodyOf<'POST /v1/recordings/{id}/redact'>

export type RecordingRedaction = Schemas['RecordingRedaction']
