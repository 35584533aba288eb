/* oxlint-disable max-lines -- generated */
/**
 * What the API takes and answers. Written by "node packages/sdk/generate/write-api-types.ts" from spec/openapi.json; not
 * to be edited.
 */
export interface Schemas {
  /** Where what becomes of it is told */
  readonly EventAddressInput: {
    /** Asked instead of the app’s `webhook.url`: HTTPS, absolute or relative to it */
    readonly url: string
    /** Default: `"POST"` */
    readonly method?: 'GET' | 'POST'
    readonly only?: readonly string[]
  }
  readonly FieldPromptInput: {
    /** HTTPS address of a WAV file (PCM, µ-law or A-law), absolute or relative to the webhook; or `say:` and the words to be said */
    readonly url: string
    /** Only after this fault */
    readonly fault?: 'too-short' | 'too-long' | 'luhn' | 'brand' | 'expired' | 'not-a-date' | 'checksum' | 'pattern' | 'mismatch' | 'not-confirmed' | 'timeout' | 'declined'
    /** Only at this attempt, from 1 */
    readonly attempt?: number
    /** Only once the card is known to be one of these */
    readonly brand?: 'visa' | 'mastercard' | 'amex' | 'discover' | 'diners-club' | 'jcb' | 'unionpay' | 'maestro' | 'mir' | 'rupay'
  }
  readonly CallCommandInput: {
    readonly type: 'answer'
  } | {
    readonly type: 'reject'
    /** Default: `486` */
    readonly status?: 403 | 404 | 480 | 486 | 603
  } | {
    readonly type: 'play'
    /** HTTPS address of a WAV file (PCM, µ-law or A-law), absolute or relative to the webhook; at most 8 MiB */
    readonly url: string
    /** Default: `1` */
    readonly loop?: number
    /** Do not answer for it: a call that nobody answered yet hears it as early media (183). Skipped when the INVITE brought no offer. Default: `false` */
    readonly early?: boolean
  } | {
    readonly type: 'say'
    /** What is said: plain text, or SSML when it begins with `<speak>` */
    readonly text: string
    /** A voice of the configuration’s `voices`; default: the app’s */
    readonly voice?: string
    /** BCP 47, such as `en-US` */
    readonly language?: string
    /** Keep the speech, sealed, to give it again for the same text: for fixed prompts, not for words that hold anybody’s data */
    readonly cache?: boolean
    /** Default: `1` */
    readonly loop?: number
    /** As with `play`. Default: `false` */
    readonly early?: boolean
  } | {
    readonly type: 'send_digits'
    /** Keys; `w` waits half a second, `W` a whole one */
    readonly digits: string
  } | {
    readonly type: 'gather'
    readonly num_digits?: number
    /** Default: `"#"` */
    readonly finish_on_key?: '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#' | ''
    /** How long to wait for the first or the next key. Default: `5000` */
    readonly timeout_ms?: number
    /** Played while waiting; the first key stops it */
    readonly prompt_url?: string
    /** Played, said, or waited for in this order; the first key, or the first word, stops it. Default: `[]` */
    readonly prompts?: readonly ({
      /** HTTPS address of a WAV file (PCM, µ-law or A-law), absolute or relative to the webhook; at most 8 MiB */
      readonly play: string
      /** Default: `1` */
      readonly loop?: number
    } | {
      /** What is said: plain text, or SSML when it begins with `<speak>` */
      readonly say: string
      /** A voice of the configuration’s `voices`; default: the app’s */
      readonly voice?: string
      /** BCP 47, such as `en-US` */
      readonly language?: string
      /** Keep the speech, sealed, to give it again for the same text: for fixed prompts, not for words that hold anybody’s data */
      readonly cache?: boolean
      /** Default: `1` */
      readonly loop?: number
    } | {
      readonly wait_ms: number
    })[]
    /** `speech` needs an engine (docs/speech.md). Default: `["keys"]` */
    readonly input?: readonly ('keys' | 'speech')[]
    /** Of what is spoken */
    readonly language?: string
    /** Words that the engine is to expect. Default: `[]` */
    readonly hints?: readonly string[]
    /** How long nothing is said until what was said is whole. Default: `1000` */
    readonly end_silence_ms?: number
    /** Default: `60000` */
    readonly max_speech_ms?: number
    /** Whether a key or a word stops the prompts. Default: `true` */
    readonly barge_in?: boolean
    /** When there was no key and no word: ask all the same, or go on with the next command. Default: `"ask"` */
    readonly on_empty?: 'ask' | 'go-on'
    /** Told what is heard so far, as `call.gather.partial` */
    readonly partials?: Schemas['EventAddressInput']
    /** Asked instead of the app’s `webhook.url`: HTTPS, absolute or relative to it */
    readonly action_url?: string
    /** Default: `"POST"` */
    readonly action_method?: 'GET' | 'POST'
  } | {
    readonly type: 'collect'
    /** Default: `"start"` */
    readonly action?: 'start' | 'cancel'
    /** Default: `[]` */
    readonly fields?: readonly {
      readonly field: 'card-number' | 'card-expiry' | 'card-code' | 'postal-code' | 'pin' | 'ssn' | 'bank-account' | 'bank-routing' | 'account' | 'date' | 'digits'
      /** What the app calls it; the kind of field unless given */
      readonly name?: string
      /** Asks for it; the first key stops it */
      readonly prompt_url?: string
      /** Other prompts for some occasions; the first that fits is played instead of `prompt_url`. Default: `[]` */
      readonly prompts?: readonly Schemas['FieldPromptInput'][]
      /** Have it keyed in twice, and take it only when both are the same. Default: `false` */
      readonly repeat?: boolean
      /** Asks for it again; without it nothing is said */
      readonly repeat_prompt_url?: string
      /** Have it confirmed: 1 takes it, 2 asks again. What may be shown of it is in the `call.collect.progress` event of that moment. Default: `false` */
      readonly confirm?: boolean
      /** HTTPS address of a WAV file (PCM, µ-law or A-law), absolute or relative to the webhook; or `say:` and the words to be said */
      readonly confirm_prompt_url?: string
      readonly min_digits?: number
      readonly max_digits?: number
      /** Shapes that it may have, `#` for any digit: `7####|80####`. For `account` and `digits` */
      readonly pattern?: string
      /** How a `date` is keyed in. Default: `"MMDDYYYY"` */
      readonly date_format?: 'MMDDYYYY' | 'DDMMYYYY' | 'YYYYMMDD' | 'MMYY' | 'MMYYYY' | 'MMDD' | 'DDMM'
      /** Brands that are taken; all that are known unless given */
      readonly cards?: readonly ('visa' | 'mastercard' | 'amex' | 'discover' | 'diners-club' | 'jcb' | 'unionpay' | 'maestro' | 'mir' | 'rupay')[]
    }[]
    /** `caller`: whoever the caller talks with hears nothing of them meanwhile. `agent`: that one stays in the conversation, hears what is said and no key. Default: `"caller"` */
    readonly mode?: 'caller' | 'agent'
    /** With `mode: agent`: whether what the caller says is heard meanwhile. Default: `"speech"` */
    readonly agent?: 'speech' | 'muted'
    /** What takes the place of a key for those who hear the caller’s speech. Default: `"silence"` */
    readonly mask?: 'silence' | 'beep'
    /** Ends a field and is not part of it; empty for none. Default: `"#"` */
    readonly finish_on_key?: '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#' | ''
    /** Ends it all; empty for none. Default: `"*"` */
    readonly cancel_key?: '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#' | ''
    /** Empties the field that is being keyed in; empty for none. Default: `""` */
    readonly clear_key?: '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#' | ''
    /** How long to wait for the first or the next key, from the end of the prompt or the last key. Default: `10000` */
    readonly timeout_ms?: number
    /** How often a field may be keyed in. Default: `3` */
    readonly attempts?: number
    /** The longest that all of it may take. Default: `300000` */
    readonly limit_ms?: number
    /** Asked instead of the app’s `webhook.url`: HTTPS, absolute or relative to it */
    readonly action_url?: string
    /** Default: `"POST"` */
    readonly action_method?: 'GET' | 'POST'
    readonly events?: Schemas['EventAddressInput']
    /** What the tokens may be used for. Needed unless only a `card-code` or a `pin` is asked for */
    readonly purposes?: readonly string[]
    /** Default: `"random"` */
    readonly token_shape?: 'random' | 'shaped'
    readonly token_ttl_ms?: number
  } | {
    readonly type: 'pay'
    /** `capture` and `complete` are for one that is `stepwise`, and under way. Default: `"start"` */
    readonly action?: 'start' | 'capture' | 'complete' | 'cancel'
    /** Ask for a field only when a `capture` names it, and pay only on `complete`. Default: `false` */
    readonly stepwise?: boolean
    /** The field to ask for, anew if it was there already */
    readonly capture?: 'card-number' | 'card-expiry' | 'card-code' | 'postal-code' | 'bank-account' | 'bank-routing'
    /** Ask the app how to go on, or tell it, as the event `call.paid`. Default: `"ask"` */
    readonly on_end?: 'ask' | 'tell'
    /** One of `payments.providers` */
    readonly provider?: string
    /** Default: `"card"` */
    readonly method?: 'card' | 'bank'
    /** In the smallest unit of the currency; without it the provider only keeps the method */
    readonly amount_minor?: number
    readonly currency?: string
    /** Default: `""` */
    readonly description?: string
    /** Yours, such as an order number; goes to the provider. Nothing personal */
    readonly reference?: string
    /** Two payments of a call with one key are one payment. Unless given: the provider, the method, the amount, the currency, the description and the reference */
    readonly idempotency_key?: string
    /** `caller`: whoever the caller talks with hears nothing of them meanwhile. `agent`: that one stays in the conversation, hears what is said and no key. Default: `"caller"` */
    readonly mode?: 'caller' | 'agent'
    /** With `mode: agent`: whether what the caller says is heard meanwhile. Default: `"speech"` */
    readonly agent?: 'speech' | 'muted'
    /** What takes the place of a key for those who hear the caller’s speech. Default: `"silence"` */
    readonly mask?: 'silence' | 'beep'
    /** Ends a field and is not part of it; empty for none. Default: `"#"` */
    readonly finish_on_key?: '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#' | ''
    /** Ends it all; empty for none. Default: `"*"` */
    readonly cancel_key?: '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#' | ''
    /** Empties the field that is being keyed in; empty for none. Default: `""` */
    readonly clear_key?: '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#' | ''
    /** How long to wait for the first or the next key, from the end of the prompt or the last key. Default: `10000` */
    readonly timeout_ms?: number
    /** How often a field may be keyed in. Default: `3` */
    readonly attempts?: number
    /** The longest that all of it may take. Default: `300000` */
    readonly limit_ms?: number
    /** Asked instead of the app’s `webhook.url`: HTTPS, absolute or relative to it */
    readonly action_url?: string
    /** Default: `"POST"` */
    readonly action_method?: 'GET' | 'POST'
    readonly events?: Schemas['EventAddressInput']
    /** Brands that are taken; all that are known unless given */
    readonly cards?: readonly ('visa' | 'mastercard' | 'amex' | 'discover' | 'diners-club' | 'jcb' | 'unionpay' | 'maestro' | 'mir' | 'rupay')[]
    /** Ask for the code on the card. Default: `true` */
    readonly security_code?: boolean
    /** Ask for the postal code of the card’s owner. Default: `false` */
    readonly postal_code?: boolean
    /** Default: `5` */
    readonly min_postal_code_digits?: number
    /** Default: `"checking"` */
    readonly bank_account_type?: 'checking' | 'savings' | 'business'
    /** How each field is asked for. Default: `{}` */
    readonly fields?: Readonly<Record<string, {
      /** Asks for it; the first key stops it */
      readonly prompt_url?: string
      /** Other prompts for some occasions; the first that fits is played instead of `prompt_url`. Default: `[]` */
      readonly prompts?: readonly Schemas['FieldPromptInput'][]
      /** Have it keyed in twice, and take it only when both are the same. Default: `false` */
      readonly repeat?: boolean
      /** Asks for it again; without it nothing is said */
      readonly repeat_prompt_url?: string
      /** Have it confirmed: 1 takes it, 2 asks again. What may be shown of it is in the `call.collect.progress` event of that moment. Default: `false` */
      readonly confirm?: boolean
      /** HTTPS address of a WAV file (PCM, µ-law or A-law), absolute or relative to the webhook; or `say:` and the words to be said */
      readonly confirm_prompt_url?: string
    }>>
    /** Played while the provider decides */
    readonly processing_url?: string
    /** HTTPS address of a WAV file (PCM, µ-law or A-law), absolute or relative to the webhook; or `say:` and the words to be said */
    readonly succeeded_url?: string
    /** Played before something is asked for again, or in the end */
    readonly declined_url?: string
    /** HTTPS address of a WAV file (PCM, µ-law or A-law), absolute or relative to the webhook; or `say:` and the words to be said */
    readonly failed_url?: string
    /** Keeps the number as a token of ours too, for these purposes; without it only the provider knows it */
    readonly purposes?: readonly string[]
    /** Default: `"random"` */
    readonly token_shape?: 'random' | 'shaped'
  } | {
    readonly type: 'record'
    /** Default: `"start"` */
    readonly action?: 'start' | 'pause' | 'resume' | 'stop'
    /** Of `pause`, by default `silence`: `skip` lets whoever fetches the audio leave the pause out (`pauses=skip`) */
    readonly behavior?: 'silence' | 'skip'
    readonly events?: Schemas['EventAddressInput']
  } | {
    readonly type: 'message'
    /** Default: `3600000` */
    readonly max_ms?: number
    /** Silence that ends it. Default: `5000` */
    readonly silence_ms?: number
    /** Each of these keys ends it. Default: `"1234567890*#"` */
    readonly finish_on_key?: string
    /** Default: `true` */
    readonly beep?: boolean
    /** Do not count the silence at its end in its length. Default: `true` */
    readonly trim?: boolean
    /** When nothing was said: ask all the same, or go on with the next command. Default: `"ask"` */
    readonly on_empty?: 'ask' | 'go-on'
    readonly events?: Schemas['EventAddressInput']
    /** Asked instead of the app’s `webhook.url`: HTTPS, absolute or relative to it */
    readonly action_url?: string
    /** Default: `"POST"` */
    readonly action_method?: 'GET' | 'POST'
  } | {
    readonly type: 'stream'
    /** Default: `"start"` */
    readonly action?: 'start' | 'stop'
    /** `wss:` address, absolute or relative to the webhook, without a query */
    readonly url?: string
    /** `both` talks with the app and waits until the app closes; the others are forks that the app only hears. Default: `"both"` */
    readonly direction?: 'both' | 'inbound' | 'outbound' | 'both_tracks'
    /** Default: `{}` */
    readonly parameters?: Readonly<Record<string, string>>
    /** Of a fork: what `stop` ends it by; without one `stop` ends them all */
    readonly name?: string
    /** What is spoken over it; default: the app’s `stream.wire` */
    readonly wire?: 'twilio' | 'voxkeep' | 'teler' | 'telnyx' | 'plivo' | 'exotel' | 'vonage' | 'jambonz' | 'asterisk' | 'openai-realtime' | 'agent'
    /** Settings of the wire, such as `rate` and `encoding` (docs/stream.md). Default: `{}` */
    readonly options?: Readonly<Record<string, unknown>>
    /** `held`: what is heard was judged first, with what was found overwritten; the privacy policy may demand it (docs/redaction.md). Default: `"live"` */
    readonly audio?: 'live' | 'held'
    /** Instead of a `url`: one of the configuration’s `agents`, that is connected with no app in between */
    readonly agent?: string
    readonly events?: Schemas['EventAddressInput']
    /** Asked instead of the app’s `webhook.url`: HTTPS, absolute or relative to it */
    readonly action_url?: string
    /** Default: `"POST"` */
    readonly action_method?: 'GET' | 'POST'
  } | {
    readonly type: 'relay'
    /** `wss:` address, absolute or relative to the webhook, without a query */
    readonly url: string
    /** What is said: plain text, or SSML when it begins with `<speak>` */
    readonly greeting?: string
    /** A voice of the configuration’s `voices`; default: the app’s */
    readonly voice?: string
    /** BCP 47, such as `en-US` */
    readonly language?: string
    /** Others that the app may switch to. Default: `[]` */
    readonly languages?: readonly {
      /** BCP 47, such as `en-US` */
      readonly code: string
      readonly voice?: string
    }[]
    /** Default: `[]` */
    readonly hints?: readonly string[]
    /** Default: `"any"` */
    readonly interruptible?: 'none' | 'keys' | 'speech' | 'any'
    /** Default: `"any"` */
    readonly greeting_interruptible?: 'none' | 'keys' | 'speech' | 'any'
    /** Default: `false` */
    readonly preemptible?: boolean
    /** Send what is heard before it is whole. Default: `false` */
    readonly partials?: boolean
    /** Send keys. Default: `true` */
    readonly keys?: boolean
    /** Default: `{}` */
    readonly parameters?: Readonly<Record<string, string>>
    /** Asked instead of the app’s `webhook.url`: HTTPS, absolute or relative to it */
    readonly action_url?: string
    /** Default: `"POST"` */
    readonly action_method?: 'GET' | 'POST'
  } | {
    readonly type: 'redirect'
    /** Asked instead of the app’s `webhook.url`: HTTPS, absolute or relative to it */
    readonly url: string
    /** Default: `"POST"` */
    readonly method?: 'GET' | 'POST'
  } | {
    readonly type: 'set'
    /** At most 50 in all, and 16384 bytes as JSON; beyond that nothing is changed */
    readonly variables: Readonly<Record<string, string | null>>
  } | {
    readonly type: 'wait'
    readonly ms?: number
  } | {
    readonly type: 'dial'
    readonly to: string | readonly string[]
    /** Of several: one after the other, or all at once; the first to answer has the call. Default: `"sequential"` */
    readonly strategy?: 'sequential' | 'simultaneous'
    /** Caller ID to show; default: the app’s first */
    readonly from?: string
    /** How long it may ring. Default: `30000` */
    readonly ring_timeout_ms?: number
    /** What the caller hears meanwhile: `early` the other side’s own tones where it sends some and else a ringback tone, `ringback` always that, `music` the app’s hold music. Default: `"early"` */
    readonly ring?: 'ringback' | 'early' | 'music'
    /** The longest that they may talk */
    readonly time_limit_ms?: number
    /** The caller’s `*` ends the other leg. Default: `false` */
    readonly hangup_on_star?: boolean
    /** Answer the caller only when somebody who is dialled answers. Until then they hear their own ringing, or with `early` the other side’s tones and with `music` the app’s (183); if nobody answers they can still be refused with `reject`. Default: `false` */
    readonly answer_on_bridge?: boolean
    /** Pressed as soon as somebody answered, before they are connected */
    readonly send_digits?: string
    /** Headers for whoever is dialled at a `sip:` address; none go to a number. Default: `{}` */
    readonly headers?: Readonly<Record<string, string>>
    /** Asked, with `call.whisper`, what whoever answers hears first: `say`, `play`, `wait`, `gather` (any key connects), `hangup` */
    readonly whisper_url?: string
    /** Default: `"POST"` */
    readonly whisper_method?: 'GET' | 'POST'
    /** Record from the answer on, until they are not connected any more. Default: `false` */
    readonly record?: boolean
    /** Where what becomes of that recording is told */
    readonly record_events?: Schemas['EventAddressInput']
    readonly events?: Schemas['EventAddressInput']
    /** Asked instead of the app’s `webhook.url`: HTTPS, absolute or relative to it */
    readonly action_url?: string
    /** Default: `"POST"` */
    readonly action_method?: 'GET' | 'POST'
  } | {
    readonly type: 'hold'
  } | {
    readonly type: 'unhold'
  } | {
    readonly type: 'consult'
    /** Default: `"start"` */
    readonly action?: 'start' | 'cancel'
    /** A number (E.164, `+1 212 555 0100`) or a `sip:` address that the app’s `dialing` allows */
    readonly to?: string
    /** Caller ID to show; default: the app’s first */
    readonly from?: string
    /** How long it may ring. Default: `30000` */
    readonly ring_timeout_ms?: number
  } | {
    readonly type: 'transfer'
    /** Default: `"start"` */
    readonly action?: 'start' | 'complete'
    /** `blind`: we call the target and stay in between. `refer`: the caller’s side is asked to call it (REFER), and we are out. Default: `"blind"` */
    readonly mode?: 'blind' | 'refer'
    /** A number (E.164, `+1 212 555 0100`) or a `sip:` address that the app’s `dialing` allows */
    readonly to?: string
    /** Caller ID to show; default: the app’s first */
    readonly from?: string
    /** How long it may ring. Default: `30000` */
    readonly ring_timeout_ms?: number
    /** What the caller hears meanwhile: `early` the other side’s own tones where it sends some and else a ringback tone, `ringback` always that, `music` the app’s hold music. Default: `"early"` */
    readonly ring?: 'ringback' | 'early' | 'music'
    /** Asked instead of the app’s `webhook.url`: HTTPS, absolute or relative to it */
    readonly action_url?: string
    /** Default: `"POST"` */
    readonly action_method?: 'GET' | 'POST'
  } | {
    readonly type: 'consent'
    /** `ask`: play the prompt and wait for an answer. `assert`: the app asked in its own way, and says what the answer was. `revoke`: somebody takes it back: the recording ends. Default: `"ask"` */
    readonly action?: 'ask' | 'assert' | 'revoke'
    /** Whose: the first leg’s, those of the one it talks with, or both; who need not be asked is not. Default: `"all"` */
    readonly party?: 'all' | 'caller' | 'dialled'
    /** What is asked: a WAV file, as for `play`, or `say:` and the words to be said */
    readonly prompt_url?: string
    /** What counts as yes. `continue`: the prompt was heard and nobody refused; never enough where a clear yes is asked for. `speech` needs an engine (docs/speech.md). Default: `["key","speech","continue"]` */
    readonly accept?: readonly ('key' | 'speech' | 'continue')[]
    /** Default: `"1"` */
    readonly yes_key?: '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#'
    /** Default: `"2"` */
    readonly no_key?: '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#'
    /** How long to wait after the prompt. Default: `4000` */
    readonly timeout_ms?: number
    /** How often the prompt is played without an answer. Default: `2` */
    readonly attempts?: number
    /** Of a spoken answer, and of a question that is said. Default: `"en-US"` */
    readonly language?: string
    /** With `assert`. Default: `"given"` */
    readonly answer?: 'given' | 'refused'
    /** Where the party is, as far as the app knows (`US-CA`, `DE`); never makes it less strict. Default: `[]` */
    readonly jurisdiction?: readonly string[]
    /** After a refusal or no answer: go on without a recording, ask the app (`call.consent_refused`), or end the call. Default: `"go-on"` */
    readonly on_refuse?: 'go-on' | 'ask' | 'hangup'
  } | {
    readonly type: 'verify'
    /** `verify`: compare the caller’s voice with the one that is known as the subject’s. `enrol`: have the engine learn it. `cancel`: end the one that is under way. Default: `"verify"` */
    readonly action?: 'verify' | 'enrol' | 'cancel'
    /** Whose voice: an id of your own that names nobody to others; no phone number */
    readonly subject?: string
    /** One of the configuration’s `verifiers`; default: the app’s, else the first */
    readonly engine?: string
    /** That the caller agreed to have their voice compared, which is in the audit log and on the receipt */
    readonly consent?: 'given'
    /** Where you have that on record: a reference, no person’s data */
    readonly consent_source?: string
    /** Played, said, or waited for in this order before anything is heard; again before each attempt. Default: `[]` */
    readonly prompts?: readonly ({
      /** HTTPS address of a WAV file (PCM, µ-law or A-law), absolute or relative to the webhook; at most 8 MiB */
      readonly play: string
      /** Default: `1` */
      readonly loop?: number
    } | {
      /** What is said: plain text, or SSML when it begins with `<speak>` */
      readonly say: string
      /** A voice of the configuration’s `voices`; default: the app’s */
      readonly voice?: string
      /** BCP 47, such as `en-US` */
      readonly language?: string
      /** Keep the speech, sealed, to give it again for the same text: for fixed prompts, not for words that hold anybody’s data */
      readonly cache?: boolean
      /** Default: `1` */
      readonly loop?: number
    } | {
      readonly wait_ms: number
    })[]
    /** What the caller is asked to say, for engines that compare that too */
    readonly phrase?: string
    /** Speech that is needed, pauses not counted; default 3000, to enrol 10000 */
    readonly min_speech_ms?: number
    /** How long it is listened, at the most, in one attempt. Default: `20000` */
    readonly max_ms?: number
    /** How often it is tried while it stays inconclusive; a mismatch is not tried again. Default: `2` */
    readonly attempts?: number
    /** How alike the voices must be; counts where it asks for more than the configuration does */
    readonly min_score?: number
    /** After anything but `match` and `enrolled`: ask the app, go on with the next command, or end the call; the last two tell it. Default: `"ask"` */
    readonly on_mismatch?: 'ask' | 'go-on' | 'hangup'
    readonly events?: Schemas['EventAddressInput']
    /** Asked instead of the app’s `webhook.url`: HTTPS, absolute or relative to it */
    readonly action_url?: string
    /** Default: `"POST"` */
    readonly action_method?: 'GET' | 'POST'
  } | {
    readonly type: 'transcribe'
    /** Default: `"start"` */
    readonly action?: 'start' | 'stop' | 'expect'
    /** What is spoken; default: what the privacy policy says */
    readonly language?: string
    /** An engine under `speech`; default: the policy’s */
    readonly engine?: string
    /** With `expect`: what you asked the caller for; what they say next is taken for that */
    readonly expect?: 'card' | 'card-code' | 'card-expiry' | 'pin' | 'password' | 'iban' | 'bank-account' | 'bank-routing' | 'ssn' | 'national-id' | 'date-of-birth' | 'date' | 'phone' | 'email' | 'ip-address' | 'url' | 'postal-code' | 'account' | 'person' | 'address' | 'location' | 'organisation' | 'health' | 'custom'
    /** How long it is expected. Default: `20000` */
    readonly for_ms?: number
  } | {
    readonly type: 'redact'
    /** Default: `"both"` */
    readonly channel?: 'caller' | 'agent' | 'both'
    /** From the recording’s beginning */
    readonly from_ms?: number
    readonly to_ms?: number
    /** Instead: the last so many milliseconds */
    readonly last_ms?: number
    /** Shown in the recording’s marks. Default: `"app"` */
    readonly why?: string
  } | {
    readonly type: 'hangup'
    /** Of somebody whom a `dial` called (`leg_id` of its events): ends that leg alone, ringing or connected, and the call goes on */
    readonly leg_id?: string
  }
  readonly NewCallInput: {
    /** A number (E.164, `+1 212 555 0100`) or a `sip:` address that the app’s `dialing` allows */
    readonly to: string
    /** Caller ID to show, one that the app may; default: its first */
    readonly from?: string
    /** The app that has the call; default: the only one your token’s tenant has */
    readonly app?: string
    /** How long it may ring. Default: `30000` */
    readonly ring_timeout_ms?: number
    /** What you want to note about the call. Default: `{}` */
    readonly variables?: Readonly<Record<string, string>>
    /** Handed to the app with `call.connected`, and not kept. Default: `{}` */
    readonly parameters?: Readonly<Record<string, string>>
    /** Run when the call is answered; without them the app is asked with `call.connected` */
    readonly actions?: readonly Schemas['CallCommandInput'][]
    /** Record both sides from the answer on. Default: `false` */
    readonly record?: boolean
    /** Asked first, instead of the app’s `webhook.url` */
    readonly ask_url?: string
    /** Default: `"POST"` */
    readonly ask_method?: 'GET' | 'POST'
    /** Where `call.initiated`, `ringing`, `answered`, `failed` and `ended` are told, instead of the app’s `eventsUrl` */
    readonly events?: Schemas['EventAddressInput']
  }
  readonly KeyRotationRequestInput: {
    /** Default: `"all"` */
    readonly purpose?: 'records' | 'audio' | 'transcript' | 'original' | 'analytics' | 'tokens' | 'backup' | 'all'
  }
  readonly KeyDestructionRequestInput: {
    /** The tenant’s name: there is no way back */
    readonly confirm: string
  }
  readonly NewVaultTokenInput: {
    /** There is none for card security codes and PINs: those are never kept */
    readonly kind: 'card' | 'card-expiry' | 'bank-account' | 'bank-routing' | 'iban' | 'ssn' | 'national-id' | 'postal-code' | 'account' | 'phone' | 'email' | 'person' | 'address' | 'other'
    /** The value itself. It is in no log, and in no answer but that of `reveal` */
    readonly value: string
    /** `shaped`, for cards: as many digits, the last four the same, and never a number that passes for a card’s. Default: `"random"` */
    readonly shape?: 'random' | 'shaped'
    /** What it may be revealed for */
    readonly purposes: readonly string[]
    readonly call_id?: string
    /** How long it lives; default: the tenant’s policy */
    readonly ttl_s?: number
  }
  readonly Call: {
    readonly id: string
    /** The same id in the form that streams carry: `CA…` */
    readonly call_sid: string
    readonly app: string
    readonly trunk: string
    readonly direction: 'inbound' | 'outbound'
    readonly from: string
    readonly to: string
    readonly state: 'ringing' | 'active' | 'ended'
    readonly end_reason: string | null
    readonly started_at: string
    readonly answered_at: string | null
    readonly ended_at: string | null
    /** What your app noted about the call */
    readonly variables: Readonly<Record<string, string>>
  }
  readonly CallDetail: {
    readonly id: string
    /** The same id in the form that streams carry: `CA…` */
    readonly call_sid: string
    readonly app: string
    readonly trunk: string
    readonly direction: 'inbound' | 'outbound'
    readonly from: string
    readonly to: string
    readonly state: 'ringing' | 'active' | 'ended'
    readonly end_reason: string | null
    readonly started_at: string
    readonly answered_at: string | null
    readonly ended_at: string | null
    /** What your app noted about the call */
    readonly variables: Readonly<Record<string, string>>
    /** What happened, in order */
    readonly story: readonly {
      readonly at: string
      readonly kind: string
      readonly fields: Readonly<Record<string, unknown>>
    }[]
    /** How the call was protected; null until it has ended */
    readonly receipt: unknown
    /** The SIP messages, without anything secret */
    readonly ladder: unknown
  }
  /** Taken on; what becomes of it is told by webhook and in the call’s story */
  readonly Accepted: {
    readonly call_id: string
    readonly accepted: true
  }
  readonly AuditEntry: {
    /** Its place in the tenant’s log, from 0 */
    readonly index: number
    readonly at: string
    readonly type: string
    readonly actor: string
    readonly fields: Readonly<Record<string, unknown>>
    /** Hex of the leaf’s hash (RFC 9162 §2.1.1): SHA-256 over a zero byte and the entry’s canonical JSON */
    readonly hash: string
  }
  readonly Recording: {
    readonly id: string
    readonly recording_sid: string
    readonly call_id: string
    readonly state: 'recording' | 'sealed' | 'recovered' | 'failed' | 'deleted'
    readonly started_at: string
    readonly ended_at: string | null
    /** Null while it is being recorded */
    readonly duration_ms: number | null
    /** The caller on the left, the app on the right */
    readonly channels: 2
    /** Size of the sealed object */
    readonly bytes: number | null
    readonly segments: number | null
    /** Of the whole sealed object */
    readonly sha256: string | null
    /** The tenant’s key under which its own was made */
    readonly key_ref: string
    /** The recording of which this is what was left when it was redacted */
    readonly replaces: string | null
    /** What was left of this one when it was redacted; reading or deleting this one means that */
    readonly replaced_by: string | null
  }
  readonly Token: {
    readonly id: string
    readonly name: string
    /** The beginning of the token, to tell it from others */
    readonly prefix: string
    readonly scopes: readonly ('calls:read' | 'calls:write' | 'recordings:read' | 'recordings:delete' | 'recordings:redact' | 'transcripts:read' | 'transcripts:original' | 'vault:read' | 'vault:write' | 'vault:reveal' | 'payments:read' | 'consent:read' | 'consent:write' | 'objects:read' | 'objects:verify' | 'backups:read' | 'backups:write' | 'alerts:read' | 'alerts:write' | 'keys:read' | 'keys:write' | 'keys:destroy' | 'dialing:read' | 'dialing:write' | 'jobs:read' | 'jobs:write' | 'retention:read' | 'holds:read' | 'holds:write' | 'subjects:read' | 'subjects:erase' | 'audit:read' | 'audit:admin' | 'tokens:admin' | 'metrics:read')[]
    readonly created_at: string
    readonly expires_at: string | null
    readonly revoked_at: string | null
    /** Exact to a minute */
    readonly last_used_at: string | null
    /** `AC…`: what Twilio’s clients take for its tenant */
    readonly account_sid: string
    /** `SK…`: what Twilio’s clients take for the token, if not the account */
    readonly key_sid: string
  }
  readonly NewToken: {
    readonly id: string
    readonly name: string
    /** The beginning of the token, to tell it from others */
    readonly prefix: string
    readonly scopes: readonly ('calls:read' | 'calls:write' | 'recordings:read' | 'recordings:delete' | 'recordings:redact' | 'transcripts:read' | 'transcripts:original' | 'vault:read' | 'vault:write' | 'vault:reveal' | 'payments:read' | 'consent:read' | 'consent:write' | 'objects:read' | 'objects:verify' | 'backups:read' | 'backups:write' | 'alerts:read' | 'alerts:write' | 'keys:read' | 'keys:write' | 'keys:destroy' | 'dialing:read' | 'dialing:write' | 'jobs:read' | 'jobs:write' | 'retention:read' | 'holds:read' | 'holds:write' | 'subjects:read' | 'subjects:erase' | 'audit:read' | 'audit:admin' | 'tokens:admin' | 'metrics:read')[]
    readonly created_at: string
    readonly expires_at: string | null
    readonly revoked_at: string | null
    /** Exact to a minute */
    readonly last_used_at: string | null
    /** `AC…`: what Twilio’s clients take for its tenant */
    readonly account_sid: string
    /** `SK…`: what Twilio’s clients take for the token, if not the account */
    readonly key_sid: string
    /** The only time it is shown; null when an idempotent request is answered again */
    readonly token: string | null
  }
  readonly Alert: {
    readonly id: string
    readonly tenant: string
    readonly rule: string
    readonly title: string
    readonly severity: 'notice' | 'warning' | 'high' | 'critical'
    readonly state: 'open' | 'acknowledged'
    /** Whom or what it is about: an actor, say */
    readonly group: string | null
    readonly events: number
    /** How many events of each type */
    readonly types: Readonly<Record<string, number>>
    /** The first events, as `log#index` */
    readonly examples: readonly string[]
    /** What was counted in the rule’s window */
    readonly counted: number
    /** What it reached */
    readonly limit: number
    /** What is usual in such a window; null where the rule does not ask */
    readonly usual: number | null
    readonly first_at: string
    readonly last_at: string
    readonly acknowledged_at: string | null
    readonly acknowledged_by: string | null
  }
  readonly Consent: {
    readonly id: string
    readonly call_id: string
    /** `caller`, or `dialled` */
    readonly party: string
    /** What was asked of everybody in that conversation */
    readonly required: string
    /** Whose rule that was for this party: `US-CA`, `DE`, `unknown` */
    readonly rule: string
    readonly state: string
    readonly how: string | null
    readonly at: string
  }
  readonly ConsentChoice: {
    readonly choice: 'opt-in' | 'opt-out'
    /** A token */
    readonly set_by: string
    readonly set_at: string
  }
  readonly TenantKey: {
    readonly id: string
    /** What a key seals; `system` is the root of keyed hashes, which is never rotated */
    readonly purpose: 'records' | 'audio' | 'transcript' | 'original' | 'analytics' | 'tokens' | 'backup' | 'system'
    readonly version: number
    readonly state: 'active' | 'retired' | 'destroyed'
    /** The provider that wraps it, as the configuration calls it */
    readonly provider: string
    /** The name of the key in it */
    readonly key: string
    /** Which version of that wraps it */
    readonly key_ref: string
    readonly created_at: string
    readonly active_from: string
    readonly rotated_at: string | null
    readonly destroyed_at: string | null
    /** Of the wrapped key that was destroyed, as proof */
    readonly wrapped_sha256: string | null
    /** Objects whose data keys it wraps */
    readonly objects: number
  }
  readonly Rewrap: {
    readonly state: 'running' | 'done' | 'failed'
    readonly started_at: string
    readonly ended_at: string | null
    readonly total: number
    readonly done: number
    /** Data keys that did not open, and were left as they are */
    readonly broken: number
    /** Why it failed */
    readonly code: string | null
  }
  readonly Keys: {
    /** `unavailable`: the provider cannot be reached, and its grace runs. `closed`: nothing can be kept or read */
    readonly state: 'open' | 'unavailable' | 'closed'
    /** Where new keys are wrapped */
    readonly provider: string
    readonly key: string
    readonly keys: readonly Schemas['TenantKey'][]
    /** The one that runs, or ran last since the start */
    readonly rewrap: Schemas['Rewrap'] | null
  }
  /** The new keys. What older ones wrapped is re-wrapped meanwhile */
  readonly KeyRotation: {
    readonly rotated: readonly {
      readonly id: string
      /** What a key seals; `system` is the root of keyed hashes, which is never rotated */
      readonly purpose: 'records' | 'audio' | 'transcript' | 'original' | 'analytics' | 'tokens' | 'backup' | 'system'
      readonly version: number
      readonly key_ref: string
      readonly active_from: string
    }[]
  }
  readonly KeyDestruction: {
    /** Hashes of the wrapped keys that are gone */
    readonly keys: readonly {
      readonly id: string
      readonly sha256: string
    }[]
    /** Data keys that are gone */
    readonly objects: number
    readonly providers: readonly {
      readonly provider: string
      readonly key: string
      /** When the provider’s key goes */
      readonly destroy_at: string | null
      /** Why it does not; until it does, a backup of the database can be opened with it */
      readonly code: string | null
    }[]
  }
  readonly Hold: {
    readonly id: string
    readonly call_id: string | null
    /** It is for the calls of one number, which is kept as a keyed hash only */
    readonly by_number: boolean
    readonly label: string | null
    /** Calls that began then or later */
    readonly from: string | null
    /** Calls that began earlier */
    readonly to: string | null
    readonly reason: string
    readonly placed_by: string
    readonly placed_at: string
    /** It ends by itself then; null: when it is released */
    readonly until: string | null
    readonly released_by: string | null
    readonly released_at: string | null
    readonly release_reason: string | null
  }
  readonly Job: {
    readonly name: string
    /** Null: it runs only when it is asked to */
    readonly schedule: {
      readonly cron: string
      readonly time_zone: string
    } | null
    /** `idle`: it never ran, or its last run went well */
    readonly state: 'idle' | 'waiting' | 'running' | 'retrying' | 'failed'
    readonly last_run_at: string | null
    readonly last_ended_at: string | null
    readonly next_run_at: string | null
    /** Why the last run failed; null when it went well */
    readonly last_error: string | null
    /** Figures of the last run that went well */
    readonly last_result: Readonly<Record<string, unknown>> | null
  }
  readonly Backup: {
    readonly id: string
    /** `complete`: whole, and verified after it was written */
    readonly state: 'running' | 'complete' | 'failed' | 'deleted'
    /** Why it failed, or what it lacks */
    readonly reason: string | null
    readonly store: string
    readonly started_at: string
    readonly ended_at: string | null
    readonly tables: number
    readonly rows: number
    /** Sealed objects that belong to it */
    readonly objects: number
    /** Of these, those that the store of backups lacked */
    readonly copied: number
    /** Written to the store */
    readonly bytes: number
    readonly manifest_sha256: string | null
  }
  readonly LiveCall: {
    readonly id: string
    readonly call_sid: string
    readonly app: string
    readonly trunk: string
    readonly direction: 'inbound' | 'outbound'
    readonly from: string
    readonly to: string
    readonly state: 'ringing' | 'active' | 'ended'
    readonly started_at: string
    readonly answered_at: string | null
    readonly end_reason: string | null
  }
  readonly LiveCallDetail: {
    readonly call: Schemas['LiveCall']
    readonly story: readonly {
      readonly at: string
      readonly kind: string
      readonly fields: Readonly<Record<string, string | number | boolean | null>>
    }[]
    /** The security receipt so far, not signed yet */
    readonly receipt: unknown
    readonly ladder: unknown
    /** Packets, loss, jitter and MOS of the first leg so far; null before there is audio */
    readonly media: unknown
  }
  readonly SealedObject: {
    /** That of what it holds */
    readonly id: string
    readonly kind: string
    readonly call_id: string | null
    /** `deleting`: its key is destroyed, its bytes are still there, for the reason given */
    readonly state: 'spooled' | 'stored' | 'deleting' | 'deleted' | 'missing' | 'corrupt'
    readonly reason: string | null
    /** Null while it waits in the spool of its node */
    readonly store: string | null
    readonly key: string | null
    readonly bytes: number
    readonly sha256: string
    readonly version_id: string | null
    readonly lock_mode: 'governance' | 'compliance' | null
    readonly lock_until: string | null
    readonly created_at: string
    readonly stored_at: string | null
    readonly deleted_at: string | null
    /** When it was last compared with its store */
    readonly checked_at: string | null
  }
  readonly VerifyReport: {
    readonly checked: number
    readonly bytes: number
    /** Objects that their store does not have */
    readonly missing: readonly string[]
    /** Objects whose store has something else, or which do not open */
    readonly altered: readonly string[]
    /** Objects whose store or key cannot be had now */
    readonly unchecked: readonly string[]
    /** What a store holds and nobody listed: the store’s name and the key */
    readonly unlisted: readonly string[]
    /** The last id; null when there are no more */
    readonly next: string | null
  }
  /** The key is destroyed, so nobody can open it any more; the bytes go as soon as they may */
  readonly Deletion: {
    readonly state: 'deleting'
    /** What keeps the bytes: `OBJECT_LOCKED`, `OBJECT_UNAVAILABLE`, … */
    readonly reason: string
    /** Until when a lock lies on it; null: unknown, or a legal hold */
    readonly until: string | null
  }
  readonly Payment: {
    readonly id: string
    /** Null once the person it leads to was erased */
    readonly call_id: string | null
    readonly provider: string
    readonly method: 'card' | 'bank'
    /** In the currency’s smallest unit; null when nothing is charged */
    readonly amount_minor: number | null
    readonly currency: string | null
    readonly reference: string | null
    readonly brand: string | null
    readonly last_four: string | null
    /** `unknown`: nobody knows yet whether it was charged; it is looked up until it is known. `failed`: it was not charged */
    readonly state: 'asked' | 'succeeded' | 'declined' | 'needs-screen' | 'unknown' | 'failed'
    /** Why it was declined */
    readonly reason: string | null
    /** The provider’s own word */
    readonly provider_code: string | null
    /** Of the charge, at the provider */
    readonly payment_id: string | null
    /** The provider’s name of the payment method */
    readonly provider_token: string | null
    readonly asked_at: string
    readonly settled_at: string | null
  }
  readonly RecordingMark: {
    /** Who was speaking: the caller, or whoever the caller heard: the app, or a person */
    readonly channel: 'caller' | 'agent'
    readonly from_ms: number
    readonly to_ms: number
    /** `unjudged`: overwritten because nobody could say in time whether it was sensitive. `paused`, `secure`: nothing was recorded */
    readonly kind: 'redacted' | 'unjudged' | 'paused' | 'secure'
    /** The type of what was found, such as `card`, or why */
    readonly why: string
  }
  readonly RecordingMarks: {
    /** The recording that they are about: of one that was redacted, what took its place */
    readonly recording_id: string
    readonly duration_ms: number | null
    /** Whether these marks are those whose hash is in the audit log; `different`: somebody altered them */
    readonly audited: 'same' | 'different' | 'none'
    /** In the order of their beginnings */
    readonly data: readonly Schemas['RecordingMark'][]
  }
  readonly RetentionPlan: {
    readonly by: string
    readonly lines: readonly {
      /** What goes, in the words of `retention.keep` */
      readonly type: string
      /** By which policy */
      readonly policy: string
      readonly count: number
      /** Of sealed objects; rows are not counted */
      readonly bytes: number
      /** When the first of it is due */
      readonly earliest: string
      /** Due as well, and kept by a legal hold */
      readonly held: number
      /** Due as well, and kept by its store’s lock */
      readonly locked: number
      readonly locked_until: string | null
    }[]
  }
  readonly SpeechEngine: {
    readonly id: string
    readonly region: string | null
    /** What it may be given */
    readonly data_classes: readonly ('public' | 'internal' | 'personal' | 'health' | 'payment' | 'biometric')[]
    /** Whether nothing that it is given may be kept for training */
    readonly training_opt_out: boolean
    readonly kind: 'deepgram' | 'vosk' | 'openai' | 'websocket' | 'command'
    /** Why it may hear nothing of this tenant; null: it may */
    readonly refused: 'region' | 'training' | null
    /** Of its latest answers */
    readonly health: 'unknown' | 'up' | 'failing'
    /** What it does now */
    readonly sessions: number
    readonly max_sessions: number
    /** Why it had no answer, since the start */
    readonly failures: Readonly<Record<string, number>>
    /** How far it is behind, at most */
    readonly lag_ms: number
    /** Heard since the start */
    readonly words: number
    /** Audio that it could not be given, since the start */
    readonly lost_ms: number
  }
  readonly Verifier: {
    readonly id: string
    readonly region: string | null
    /** What it may be given */
    readonly data_classes: readonly ('public' | 'internal' | 'personal' | 'health' | 'payment' | 'biometric')[]
    /** Whether nothing that it is given may be kept for training */
    readonly training_opt_out: boolean
    readonly kind: 'https' | 'command'
    /** Why it may be given no voice of this tenant; null: it may */
    readonly refused: 'region' | 'data-class' | 'training' | null
    /** Of its latest answers */
    readonly health: 'unknown' | 'up' | 'failing'
    /** What it does now */
    readonly sessions: number
    readonly max_sessions: number
    /** Why it had no answer, since the start */
    readonly failures: Readonly<Record<string, number>>
    /** How often each was for this tenant, since the start */
    readonly results: Readonly<Record<string, number>>
  }
  readonly Voice: {
    readonly id: string
    readonly region: string | null
    /** What it may be given */
    readonly data_classes: readonly ('public' | 'internal' | 'personal' | 'health' | 'payment' | 'biometric')[]
    /** Whether nothing that it is given may be kept for training */
    readonly training_opt_out: boolean
    readonly kind: 'command' | 'openai' | 'deepgram' | 'elevenlabs'
    /** Why it may say nothing of this tenant; null: it may */
    readonly refused: 'region' | 'training' | null
    /** Of its latest answers */
    readonly health: 'unknown' | 'up' | 'failing'
    /** What it does now */
    readonly sessions: number
    readonly max_sessions: number
    /** Why it had no answer, since the start */
    readonly failures: Readonly<Record<string, number>>
    /** Said since the start */
    readonly texts: number
    /** Of them all */
    readonly characters: number
    /** Speech that it made, since the start */
    readonly audio_ms: number
  }
  readonly SubjectRequest: {
    readonly id: string
    readonly kind: 'find' | 'export' | 'erase'
    readonly state: 'waiting' | 'running' | 'done' | 'failed'
    readonly asked_by: string
    readonly created_at: string
    readonly ended_at: string | null
    /** What was found or erased, and what was kept and why; names nobody */
    readonly report: Readonly<Record<string, unknown>> | null
    readonly error: string | null
    /** Of an export: the keys that may have signed its manifest (C2SP signed-note) */
    readonly verifier_keys: readonly string[]
  }
  readonly TranscriptLine: {
    readonly party: 'caller' | 'agent'
    readonly from_ms: number
    readonly to_ms: number
    /** With a placeholder such as `[CARD]` for what was taken out; null where nobody heard it */
    readonly text: string | null
    /** Why there is no text */
    readonly why?: string
    readonly words?: readonly {
      readonly text: string
      readonly from_ms: number
      readonly to_ms: number
    }[]
    /** What was taken out, and when it was said */
    readonly findings?: readonly {
      readonly type: string
      readonly detail?: string
      readonly from_ms: number
      readonly to_ms: number
      readonly confidence: number
    }[]
  }
  readonly Transcript: {
    readonly id: string
    readonly call_id: string
    readonly content: 'redacted' | 'original'
    /** `recovered`: the gateway crashed during the call, and the last seconds are missing */
    readonly state: 'sealed' | 'recovered'
    /** What the times count from */
    readonly started_at: string
    readonly language: string
    /** Which engine heard it */
    readonly engine: string
    /** The privacy policy by which it was redacted */
    readonly policy: string
    /** The tenant’s key under which its own was made */
    readonly key_ref: string
    readonly lines: readonly Schemas['TranscriptLine'][]
  }
  /** What may be shown of a token: nothing that brings the value back */
  readonly VaultToken: {
    readonly token: string
    /** What the audit log calls it */
    readonly id: string
    /** There is none for card security codes and PINs: those are never kept */
    readonly kind: 'card' | 'card-expiry' | 'bank-account' | 'bank-routing' | 'iban' | 'ssn' | 'national-id' | 'postal-code' | 'account' | 'phone' | 'email' | 'person' | 'address' | 'other'
    /** What it may be revealed for */
    readonly purposes: readonly string[]
    /** Empty for kinds of which nothing may be shown */
    readonly masked: string
    readonly brand: string | null
    readonly call_id: string | null
    readonly created_at: string
    readonly expires_at: string | null
  }
  readonly CallPage: {
    readonly data: readonly Schemas['Call'][]
    readonly has_more: boolean
    readonly next_cursor: string | null
  }
  /** See spec/receipt.schema.json */
  readonly CallReceipt: {
  }
  readonly RecordingPage: {
    readonly data: readonly Schemas['Recording'][]
    readonly has_more: boolean
    readonly next_cursor: string | null
  }
  readonly RecordingRedaction: {
    readonly recording: Schemas['Recording']
    /** The recording whose place it took; null: nothing changed */
    readonly replaced: string | null
  }
  readonly ObjectPage: {
    readonly data: readonly Schemas['SealedObject'][]
    readonly has_more: boolean
    readonly next_cursor: string | null
  }
  readonly BackupPage: {
    readonly data: readonly Schemas['Backup'][]
    readonly has_more: boolean
    readonly next_cursor: string | null
  }
  readonly HoldPage: {
    readonly data: readonly Schemas['Hold'][]
    readonly has_more: boolean
    readonly next_cursor: string | null
  }
  readonly ConsentPage: {
    readonly data: readonly Schemas['Consent'][]
    readonly has_more: boolean
    readonly next_cursor: string | null
  }
  readonly SpeechEngineList: {
    readonly data: readonly Schemas['SpeechEngine'][]
  }
  readonly VoiceList: {
    readonly data: readonly Schemas['Voice'][]
  }
  readonly VerifierList: {
    readonly data: readonly Schemas['Verifier'][]
  }
  readonly RevealedValue: {
    readonly value: string
  }
  readonly PaymentPage: {
    readonly data: readonly Schemas['Payment'][]
    readonly has_more: boolean
    readonly next_cursor: string | null
  }
  readonly SubjectRequestPage: {
    readonly data: readonly Schemas['SubjectRequest'][]
    readonly has_more: boolean
    readonly next_cursor: string | null
  }
  readonly Jobs: {
    readonly data: readonly Schemas['Job'][]
  }
  readonly JobAccepted: {
    readonly job: string
    readonly accepted: true
  }
  readonly TokenPage: {
    readonly data: readonly Schemas['Token'][]
    readonly has_more: boolean
    readonly next_cursor: string | null
  }
  readonly DialingStops: {
    readonly data: readonly {
      /** The app’s id, as it is configured */
      readonly app: string
    }[]
  }
  readonly AlertPage: {
    readonly data: readonly Schemas['Alert'][]
    readonly has_more: boolean
    readonly next_cursor: string | null
  }
  readonly AuditEntries: {
    readonly data: readonly {
      /** Its place in the tenant’s log, from 0 */
      readonly index: number
      readonly at: string
      readonly type: string
      readonly actor: string
      readonly fields: Readonly<Record<string, unknown>>
      /** Hex of the leaf’s hash (RFC 9162 §2.1.1): SHA-256 over a zero byte and the entry’s canonical JSON */
      readonly hash: string
      readonly call: string | null
    }[]
    readonly has_more: boolean
    readonly next_cursor: string | null
  }
  readonly AuditKeys: {
    readonly data: readonly {
      /** A verifier key (C2SP signed-note): keep it where the gateway cannot reach */
      readonly key: string
      readonly from: string
      readonly until: string | null
    }[]
    /** The keys with which this node cosigns others’ logs */
    readonly witness: readonly string[]
  }
  readonly AuditReport: {
    readonly ok: boolean
    readonly size: number
    /** Entries up to here are covered by a signed checkpoint */
    readonly proven: number
    /** What is wrong, entry by entry */
    readonly findings: readonly (Readonly<Record<string, unknown>>)[]
  }
}

export interface Routes {
  /** List calls, newest first */
  readonly 'GET /v1/calls': {
    readonly request: {
      readonly query?: {
        /** Default: `20` */
        readonly limit?: number | undefined
        /** `next_cursor` of the page before */
        readonly cursor?: string | undefined
        readonly state?: 'ringing' | 'active' | 'ended' | undefined
      }
    }
    readonly answer: Schemas['CallPage']
  }
  /** Call somebody */
  readonly 'POST /v1/calls': {
    readonly request: {
      readonly body: Schemas['NewCallInput']
    }
    readonly answer: Schemas['Call']
  }
  /** Get a call with its story, its security receipt and its SIP ladder */
  readonly 'GET /v1/calls/{id}': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
    }
    readonly answer: Schemas['CallDetail']
  }
  /** Note something about a call */
  readonly 'PATCH /v1/calls/{id}': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
      readonly body: {
        /** Names and values to set; null takes a name away */
        readonly variables: Readonly<Record<string, string | null>>
      }
    }
    readonly answer: Schemas['Call']
  }
  /** Get a call’s entries in the audit log */
  readonly 'GET /v1/calls/{id}/audit': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
    }
    readonly answer: {
      readonly data: readonly Schemas['AuditEntry'][]
    }
  }
  /** Get the signed receipt of a call that has ended */
  readonly 'GET /v1/calls/{id}/receipt': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
    }
    readonly answer: Schemas['CallReceipt']
  }
  /** Give a live call new commands */
  readonly 'POST /v1/calls/{id}/commands': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
      readonly body: {
        readonly commands: readonly Schemas['CallCommandInput'][]
      }
    }
    readonly answer: Schemas['Accepted']
  }
  /** End a live call */
  readonly 'POST /v1/calls/{id}/hangup': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
    }
    readonly answer: Schemas['Accepted']
  }
  /** Watch the calls that go on at this node */
  readonly 'GET /v1/live': {
    readonly request: {
      readonly query?: {
        /** How long to watch; 0: only the calls that there are. Default: `3600` */
        readonly for_s?: number | undefined
      }
    }
    readonly answer: undefined
  }
  /** A call that goes on at this node: its story, receipt and ladder so far */
  readonly 'GET /v1/calls/{id}/live': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
    }
    readonly answer: Schemas['LiveCallDetail']
  }
  /** Read what was said on a call that has ended */
  readonly 'GET /v1/calls/{id}/transcript': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
      readonly query?: {
        /** Default: `"false"` */
        readonly original?: 'true' | 'false' | undefined
        /** Default: `"json"` */
        readonly format?: 'json' | 'text' | 'vtt' | undefined
      }
    }
    readonly answer: Schemas['Transcript']
  }
  /** List recordings, newest first */
  readonly 'GET /v1/recordings': {
    readonly request: {
      readonly query?: {
        /** Default: `20` */
        readonly limit?: number | undefined
        /** `next_cursor` of the page before */
        readonly cursor?: string | undefined
        readonly call_id?: string | undefined
      }
    }
    readonly answer: Schemas['RecordingPage']
  }
  /** Get a recording’s particulars */
  readonly 'GET /v1/recordings/{id}': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
    }
    readonly answer: Schemas['Recording']
  }
  /** Destroy a recording: its key first, then its file */
  readonly 'DELETE /v1/recordings/{id}': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
    }
    readonly answer: Schemas['Deletion']
  }
  /** Download a recording, or a part of it, as WAV */
  readonly 'GET /v1/recordings/{id}/audio': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
      readonly query?: {
        /** Default: `0` */
        readonly from_ms?: number | undefined
        /** Default: the end */
        readonly to_ms?: number | undefined
        /** Default: `"pcm16"` */
        readonly format?: 'ulaw' | 'pcm16' | undefined
        /** `skip`: without what was paused with `behavior: skip`; times are those of the whole all the same. Default: `"keep"` */
        readonly pauses?: 'keep' | 'skip' | undefined
      }
    }
    readonly answer: undefined
  }
  /** What was overwritten or left out of a recording, and where */
  readonly 'GET /v1/recordings/{id}/marks': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
    }
    readonly answer: Schemas['RecordingMarks']
  }
  /** Overwrite stretches of a sealed recording */
  readonly 'POST /v1/recordings/{id}/redact': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
      readonly body: {
        readonly spans: readonly {
          /** Who was speaking: the caller, or whoever the caller heard: the app, or a person */
          readonly channel: 'caller' | 'agent'
          readonly from_ms: number
          readonly to_ms: number
          /** The type of what was said, such as `card`, or why, in one word with two digits at most: never what was said. Default: `"requested"` */
          readonly why?: string
        }[]
        /** What takes the place of what was said. Default: `"silence"` */
        readonly mask?: 'silence' | 'tone'
      }
    }
    readonly answer: Schemas['RecordingRedaction']
  }
  /** List sealed objects, newest first */
  readonly 'GET /v1/objects': {
    readonly request: {
      readonly query?: {
        /** Default: `20` */
        readonly limit?: number | undefined
        /** `next_cursor` of the page before */
        readonly cursor?: string | undefined
        readonly call_id?: string | undefined
        /** `deleting`: its key is destroyed, its bytes are still there, for the reason given */
        readonly state?: 'spooled' | 'stored' | 'deleting' | 'deleted' | 'missing' | 'corrupt' | undefined
      }
    }
    readonly answer: Schemas['ObjectPage']
  }
  /** Get where a sealed object lies, its size and its hash */
  readonly 'GET /v1/objects/{id}': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
    }
    readonly answer: Schemas['SealedObject']
  }
  /** Compare what is listed with what the stores hold */
  readonly 'POST /v1/objects/verify': {
    readonly request: {
      readonly body: {
        /** Default: `1000` */
        readonly limit?: number
        /** `next` of the answer before */
        readonly after?: string
        /** Open each as well and authenticate all of it. Default: `false` */
        readonly open?: boolean
        /** Look for what is in a store and was never listed. Default: `false` */
        readonly unlisted?: boolean
      }
    }
    readonly answer: Schemas['VerifyReport']
  }
  /** Begin a backup of all that is kept */
  readonly 'POST /v1/backups': {
    readonly request: {}
    readonly answer: Schemas['Backup']
  }
  /** List backups, newest first */
  readonly 'GET /v1/backups': {
    readonly request: {
      readonly query?: {
        /** Default: `20` */
        readonly limit?: number | undefined
        /** `next_cursor` of the page before */
        readonly cursor?: string | undefined
      }
    }
    readonly answer: Schemas['BackupPage']
  }
  /** Get a backup’s particulars, and how far it is */
  readonly 'GET /v1/backups/{id}': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
    }
    readonly answer: Schemas['Backup']
  }
  /** Which data keys were destroyed: what a restore of an older backup must destroy again */
  readonly 'GET /v1/erasures': {
    readonly request: {
      readonly query?: {
        /** Default: all */
        readonly since?: string | undefined
      }
    }
    readonly answer: undefined
  }
  /** Say what the policies will have deleted by a time, and delete nothing */
  readonly 'GET /v1/retention/plan': {
    readonly request: {
      readonly query?: {
        /** Default: now */
        readonly by?: string | undefined
      }
    }
    readonly answer: Schemas['RetentionPlan']
  }
  /** List legal holds, newest first */
  readonly 'GET /v1/holds': {
    readonly request: {
      readonly query?: {
        /** Default: `20` */
        readonly limit?: number | undefined
        /** `next_cursor` of the page before */
        readonly cursor?: string | undefined
        /** Only those that were not released, or only those that were */
        readonly active?: 'true' | 'false' | undefined
      }
    }
    readonly answer: Schemas['HoldPage']
  }
  /** Place a legal hold */
  readonly 'POST /v1/holds': {
    readonly request: {
      readonly body: {
        readonly call_id?: string
        /** A phone number or SIP address */
        readonly number?: string
        readonly label?: string
        readonly from?: string
        readonly to?: string
        /** Must be said to hold everything of the tenant */
        readonly all?: true
        /** Why; kept sealed, and never in the audit log */
        readonly reason: string
        readonly until?: string
      }
    }
    readonly answer: Schemas['Hold']
  }
  /** Get a legal hold */
  readonly 'GET /v1/holds/{id}': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
    }
    readonly answer: Schemas['Hold']
  }
  /** Release a legal hold: what is due then goes with the next sweep */
  readonly 'POST /v1/holds/{id}/release': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
      readonly body: {
        /** Why; kept sealed, and never in the audit log */
        readonly reason: string
      }
    }
    readonly answer: Schemas['Hold']
  }
  /** List what parties of calls said to being recorded, newest first */
  readonly 'GET /v1/consents': {
    readonly request: {
      readonly query?: {
        /** Default: `20` */
        readonly limit?: number | undefined
        /** `next_cursor` of the page before */
        readonly cursor?: string | undefined
        readonly call_id?: string | undefined
      }
    }
    readonly answer: Schemas['ConsentPage']
  }
  /** List the rules in force, by place */
  readonly 'GET /v1/consents/rules': {
    readonly request: {}
    readonly answer: {
      readonly data: readonly {
        readonly jurisdiction: string
        readonly level: string
        readonly source: string
      }[]
    }
  }
  /** What somebody chose once and for all, and the last hundred times that they were asked */
  readonly 'POST /v1/consents/find': {
    readonly request: {
      readonly body: {
        /** A phone number or SIP address */
        readonly number: string
      }
    }
    readonly answer: {
      readonly choice: Schemas['ConsentChoice'] | null
      readonly data: readonly Schemas['Consent'][]
    }
  }
  /** Take down what somebody chose for all calls from now on */
  readonly 'POST /v1/consents/choices': {
    readonly request: {
      readonly body: {
        /** A phone number or SIP address */
        readonly number: string
        readonly choice: 'opt-in' | 'opt-out' | 'none'
      }
    }
    readonly answer: undefined
  }
  /** List the engines that turn speech into words, with their facts and their health */
  readonly 'GET /v1/speech/engines': {
    readonly request: {}
    readonly answer: Schemas['SpeechEngineList']
  }
  /** List the voices that say words to callers, with their facts and their health */
  readonly 'GET /v1/voices': {
    readonly request: {}
    readonly answer: Schemas['VoiceList']
  }
  /** List the engines that compare voices, with their facts and their health */
  readonly 'GET /v1/verifiers': {
    readonly request: {}
    readonly answer: Schemas['VerifierList']
  }
  /** Have an engine forget a person’s voice */
  readonly 'DELETE /v1/verifiers/{id}/subjects/{subject}': {
    readonly request: {
      readonly path: {
        readonly id: string
        /** Whose voice: an id of your own that names nobody to others; no phone number */
        readonly subject: string
      }
    }
    readonly answer: undefined
  }
  /** Keep a value under a token */
  readonly 'POST /v1/vault/tokens': {
    readonly request: {
      readonly body: Schemas['NewVaultTokenInput']
    }
    readonly answer: Schemas['VaultToken']
  }
  /** Show what may be shown of a token */
  readonly 'GET /v1/vault/tokens/{token}': {
    readonly request: {
      readonly path: {
        readonly token: string
      }
    }
    readonly answer: Schemas['VaultToken']
  }
  /** Delete a token, and destroy the key of its value */
  readonly 'DELETE /v1/vault/tokens/{token}': {
    readonly request: {
      readonly path: {
        readonly token: string
      }
    }
    readonly answer: undefined
  }
  /** Find the token of a value */
  readonly 'POST /v1/vault/tokens/find': {
    readonly request: {
      readonly body: {
        /** There is none for card security codes and PINs: those are never kept */
        readonly kind: 'card' | 'card-expiry' | 'bank-account' | 'bank-routing' | 'iban' | 'ssn' | 'national-id' | 'postal-code' | 'account' | 'phone' | 'email' | 'person' | 'address' | 'other'
        readonly value: string
      }
    }
    readonly answer: Schemas['VaultToken']
  }
  /** Reveal the value of a token */
  readonly 'POST /v1/vault/tokens/{token}/reveal': {
    readonly request: {
      readonly path: {
        readonly token: string
      }
      readonly body: {
        readonly purpose: string
        /** Why, for whoever reads the audit log; never the value itself */
        readonly reason: string
      }
    }
    readonly answer: Schemas['RevealedValue']
  }
  /** List payments, newest first */
  readonly 'GET /v1/payments': {
    readonly request: {
      readonly query?: {
        /** Default: `20` */
        readonly limit?: number | undefined
        /** `next_cursor` of the page before */
        readonly cursor?: string | undefined
        /** `unknown`: nobody knows yet whether it was charged; it is looked up until it is known. `failed`: it was not charged */
        readonly state?: 'asked' | 'succeeded' | 'declined' | 'needs-screen' | 'unknown' | 'failed' | undefined
        readonly call_id?: string | undefined
      }
    }
    readonly answer: Schemas['PaymentPage']
  }
  /** Get a payment */
  readonly 'GET /v1/payments/{id}': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
    }
    readonly answer: Schemas['Payment']
  }
  /** Find what is kept of a person */
  readonly 'POST /v1/subjects/find': {
    readonly request: {
      readonly body: {
        /** A phone number or SIP address, or the id of a call or recording */
        readonly subject: string
      }
    }
    readonly answer: Schemas['SubjectRequest']
  }
  /** Make a copy of what is kept of a person */
  readonly 'POST /v1/subjects/export': {
    readonly request: {
      readonly body: {
        /** A phone number or SIP address, or the id of a call or recording */
        readonly subject: string
        /** With the recordings, as WAV: to ask for it and to fetch it needs `recordings:read` as well. Default: `false` */
        readonly audio?: boolean
      }
    }
    readonly answer: Schemas['SubjectRequest']
  }
  /** Erase what is kept of a person */
  readonly 'POST /v1/subjects/erase': {
    readonly request: {
      readonly body: {
        /** A phone number or SIP address, or the id of a call or recording */
        readonly subject: string
        /** Must be said: what is erased comes back by no means */
        readonly confirm: 'erase'
      }
    }
    readonly answer: Schemas['SubjectRequest']
  }
  /** List requests about persons, newest first */
  readonly 'GET /v1/subjects/requests': {
    readonly request: {
      readonly query?: {
        /** Default: `20` */
        readonly limit?: number | undefined
        /** `next_cursor` of the page before */
        readonly cursor?: string | undefined
      }
    }
    readonly answer: Schemas['SubjectRequestPage']
  }
  /** Get what became of a request about a person */
  readonly 'GET /v1/subjects/requests/{id}': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
    }
    readonly answer: Schemas['SubjectRequest']
  }
  /** Get the copy that an export made */
  readonly 'GET /v1/subjects/requests/{id}/archive': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
    }
    readonly answer: undefined
  }
  /** List jobs: when each ran, how it went, when it runs next */
  readonly 'GET /v1/jobs': {
    readonly request: {}
    readonly answer: Schemas['Jobs']
  }
  /** Have a job run as soon as it can */
  readonly 'POST /v1/jobs/{name}/run': {
    readonly request: {
      readonly path: {
        readonly name: string
      }
    }
    readonly answer: Schemas['JobAccepted']
  }
  /** List API tokens, newest first */
  readonly 'GET /v1/tokens': {
    readonly request: {
      readonly query?: {
        /** Default: `20` */
        readonly limit?: number | undefined
        /** `next_cursor` of the page before */
        readonly cursor?: string | undefined
      }
    }
    readonly answer: Schemas['TokenPage']
  }
  /** Make an API token */
  readonly 'POST /v1/tokens': {
    readonly request: {
      readonly body: {
        /** For people: who or what uses it */
        readonly name: string
        /** At most those of the token that asks */
        readonly scopes: readonly ('calls:read' | 'calls:write' | 'recordings:read' | 'recordings:delete' | 'recordings:redact' | 'transcripts:read' | 'transcripts:original' | 'vault:read' | 'vault:write' | 'vault:reveal' | 'payments:read' | 'consent:read' | 'consent:write' | 'objects:read' | 'objects:verify' | 'backups:read' | 'backups:write' | 'alerts:read' | 'alerts:write' | 'keys:read' | 'keys:write' | 'keys:destroy' | 'dialing:read' | 'dialing:write' | 'jobs:read' | 'jobs:write' | 'retention:read' | 'holds:read' | 'holds:write' | 'subjects:read' | 'subjects:erase' | 'audit:read' | 'audit:admin' | 'tokens:admin' | 'metrics:read')[]
        /** Null: it works until it is revoked. Default: `null` */
        readonly expires_in_ms?: number | null
      }
    }
    readonly answer: Schemas['NewToken']
  }
  /** Revoke an API token, at once */
  readonly 'DELETE /v1/tokens/{id}': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
    }
    readonly answer: undefined
  }
  /** List apps whose outbound calls an anomaly stopped */
  readonly 'GET /v1/dialing/stops': {
    readonly request: {}
    readonly answer: Schemas['DialingStops']
  }
  /** Let an app call again that an anomaly stopped */
  readonly 'DELETE /v1/dialing/stops/{app}': {
    readonly request: {
      readonly path: {
        /** The app’s id, as it is configured */
        readonly app: string
      }
    }
    readonly answer: undefined
  }
  /** Show the tenant’s keys, where they are, and what is under them */
  readonly 'GET /v1/keys': {
    readonly request: {}
    readonly answer: Schemas['Keys']
  }
  /** Make new keys, and put everything under them */
  readonly 'POST /v1/keys/rotate': {
    readonly request: {
      readonly body: Schemas['KeyRotationRequestInput']
    }
    readonly answer: Schemas['KeyRotation']
  }
  /** Destroy all of the tenant’s keys: nothing of it can be read or kept again */
  readonly 'POST /v1/keys/destroy': {
    readonly request: {
      readonly body: Schemas['KeyDestructionRequestInput']
    }
    readonly answer: Schemas['KeyDestruction']
  }
  /** List alerts, newest first */
  readonly 'GET /v1/alerts': {
    readonly request: {
      readonly query?: {
        /** Default: `20` */
        readonly limit?: number | undefined
        /** `next_cursor` of the page before */
        readonly cursor?: string | undefined
        readonly state?: 'open' | 'acknowledged' | undefined
      }
    }
    readonly answer: Schemas['AlertPage']
  }
  /** Get an alert */
  readonly 'GET /v1/alerts/{id}': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
    }
    readonly answer: Schemas['Alert']
  }
  /** Acknowledge an alert: receivers are told of it no more */
  readonly 'POST /v1/alerts/{id}/ack': {
    readonly request: {
      readonly path: {
        readonly id: string
      }
    }
    readonly answer: Schemas['Alert']
  }
  /** Search the audit log, newest entry first */
  readonly 'GET /v1/audit': {
    readonly request: {
      readonly query?: {
        /** Default: `50` */
        readonly limit?: number | undefined
        readonly cursor?: string | undefined
        /** Only entries of this type, for example `token.issue` */
        readonly type?: string | undefined
        /** Who acted, for example `token:tok_…`; a person’s number finds his pseudonym */
        readonly actor?: string | undefined
        readonly call?: string | undefined
        readonly from?: string | undefined
        /** Exclusive */
        readonly to?: string | undefined
      }
    }
    readonly answer: Schemas['AuditEntries']
  }
  /** Get the newest signed checkpoint (C2SP tlog-checkpoint), with its cosignatures */
  readonly 'GET /v1/audit/checkpoint': {
    readonly request: {}
    readonly answer: undefined
  }
  /** Prove that an entry is in the log (C2SP tlog-proof); the proof carries the entry */
  readonly 'GET /v1/audit/proof': {
    readonly request: {
      readonly query: {
        readonly index: number
      }
    }
    readonly answer: undefined
  }
  /** Prove that the log of all logs holds this log’s newest checkpoint (C2SP tlog-proof) */
  readonly 'GET /v1/audit/logs/proof': {
    readonly request: {}
    readonly answer: undefined
  }
  /** Download the log with all that proves it, for `voxkeep audit verify` */
  readonly 'GET /v1/audit/export': {
    readonly request: {
      readonly query?: {
        /** First entry; rounded down to a tile of 256. Default: `0` */
        readonly from?: number | undefined
      }
    }
    readonly answer: undefined
  }
  /** Get a tile of hashes or a bundle of entries (C2SP tlog-tiles) */
  readonly 'GET /v1/audit/tile/{*}': {
    readonly request: {
      readonly path: {
        readonly '*': string
      }
    }
    readonly answer: undefined
  }
  /** List the keys that sign this log, old ones included */
  readonly 'GET /v1/audit/keys': {
    readonly request: {}
    readonly answer: Schemas['AuditKeys']
  }
  /** Sign checkpoints with new keys from now on; the old ones stay published */
  readonly 'POST /v1/audit/keys/rotate': {
    readonly request: {}
    readonly answer: undefined
  }
  /** Verify everything that is stored of the log */
  readonly 'GET /v1/audit/verify': {
    readonly request: {}
    readonly answer: Schemas['AuditReport']
  }
  /** Have a log’s checkpoint cosigned (C2SP tlog-witness) */
  readonly 'POST /v1/audit/witness/add-checkpoint': {
    readonly request: {
      readonly body: string
    }
    readonly answer: undefined
  }
  /** Whether the gateway answers; nothing else is told without a token */
  readonly 'GET /v1/health': {
    readonly request: {}
    readonly answer: {
      readonly status: 'ok'
    }
  }
  /** Metrics in Prometheus text form */
  readonly 'GET /metrics': {
    readonly request: {}
    readonly answer: undefined
  }
}
