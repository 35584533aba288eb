import type { FastifyReply, FastifyRequest } from 'fastify'
import { callCommands, type CallCommand } from '#call'
import type { CallRow } from '#db'
import { minorUnits, rfc2822 } from '#dialect'
import { accountSid, createId, sid, type CallId } from '#kernel'
import { callerOf } from './authenticate.ts'
import type { ApiDeps } from './deps.ts'
import { auditAct } from './route-context.ts'
import { twilioCall, twilioRequest, type TwilioContext, type TwilioRequest } from './twilio-context.ts'
import { badParameter, notFound, TwilioError } from './twilio-error.ts'
import type { TwilioForm } from './twilio-form.ts'
import { notInProgress } from './twilio-update-call.ts'
import { accountUri } from './twilio-views.ts'

/**
 * A card or an account that is keyed in while the call goes on, field by field as the client says. Each request takes effect once for its
 * `IdempotencyKey`. No key that is pressed, and nothing made of one, is ever in an answer.
 */
export function twilioPaymentsRoutes(context: TwilioContext): void {
  const starting = new Set<CallId>()
  const act: Act = (deps, asked, call) => startAlone(starting, deps, asked, call)
  paymentRoute(context, { url: '/Calls/:call/Payments.json', code: 201, act })
  paymentRoute(context, { url: '/Calls/:call/Payments/:payment.json', code: 200, act: update })
}

type Act = (deps: ApiDeps, asked: TwilioRequest, call: CallRow) => Promise<object>

function paymentRoute(
  { app, deps, once }: TwilioContext,
  route: {
    readonly url: string
    readonly code: number
    readonly act: Act
  },
): void {
  app.route({
    method: 'POST',
    url: route.url,
    config: { scope: 'calls:write' },
    schema: { hide: true },
    async handler(request: FastifyRequest, reply: FastifyReply) {
      const asked = twilioRequest(request)
      const act = async () => {
        const call = await twilioCall(deps, asked)
        if (call.state !== 'active') throw notInProgress()
        return route.act(deps, asked, call)
      }
      const answer = await once(request, reply, act, undefined, keyOf(asked))
      return reply.code(route.code).type('application/json').send(JSON.stringify(answer))
    },
  })
}

/** One for each thing that is asked for: apps use the same key for a payment's beginning and for its fields. */
function keyOf({ form, request }: TwilioRequest): string {
  const key = form.text('IdempotencyKey')
  if (key === undefined || !/^[\x20-\x7e]{1,100}$/.test(key))
    throw badParameter('IdempotencyKey', 'is required: 1 to 100 visible ASCII characters')
  form.url('StatusCallback', 21_609)
  const path = request.url.split('/Calls/')[1] ?? ''
  // Words of ours: the key is kept as it is.
  return `twilio ${path} ${fieldOf(form) ?? statusOf(form) ?? ''} ${key}`
}

/** @param starting - Calls whose session is being begun: a second one that comes meanwhile would take its place unseen. */
async function startAlone(
  starting: Set<CallId>,
  deps: ApiDeps,
  asked: TwilioRequest,
  call: CallRow,
): Promise<object> {
  if (starting.has(call.id) || deps.calls.paying(call.id) !== undefined)
    throw new TwilioError(64_021, 400, 'Pay: a payment session is in progress on this call')
  starting.add(call.id)
  try {
    return await start(deps, asked, call)
  } finally {
    starting.delete(call.id)
  }
}

async function start(deps: ApiDeps, asked: TwilioRequest, call: CallRow): Promise<object> {
  const name = sid('PK', createId('pay', deps.clock.now(), deps.random))
  return command(deps, asked, call, name, { ...payment(deps, call, asked.form), action: 'start' })
}

async function update(deps: ApiDeps, asked: TwilioRequest, call: CallRow): Promise<object> {
  const { form, names } = asked
  const name = names.payment
  if (deps.calls.paying(call.id) !== name) throw notFound()
  const status = statusOf(form)
  const field = fieldOf(form)
  if ((status === undefined) === (field === undefined))
    throw badParameter('Capture', 'is required unless Status is, and not with it')
  const step = field === undefined ? { action: status } : { action: 'capture', capture: field }
  return command(deps, asked, call, name, step)
}

async function command(
  deps: ApiDeps,
  { request }: TwilioRequest,
  call: CallRow,
  name: string,
  what: object,
): Promise<object> {
  const commands = parsed({ type: 'pay', idempotency_key: name, ...what })
  const { action } = commands[0] as { action: string }
  await auditAct(deps, request, { type: 'call.command', call: call.id, fields: { commands: 'pay', action } })
  const outcome = await deps.calls.command(call.id, commands, callerOf(request).id)
  if (outcome === 'ended') throw notInProgress()
  return show(deps, call, name)
}

function parsed(what: object): readonly [CallCommand, ...CallCommand[]] {
  const commands = callCommands.safeParse([what])
  const [first] = commands.data ?? []
  const [issue] = commands.error?.issues ?? []
  if (first === undefined) throw badParameter(String(issue?.path.at(-1) ?? 'request'), 'cannot be used')
  return [first]
}

const captures = {
  'payment-card-number': 'card-number',
  'expiration-date': 'card-expiry',
  'security-code': 'card-code',
  'postal-code': 'postal-code',
  'bank-routing-number': 'bank-routing',
  'bank-account-number': 'bank-account',
} as const

const captureNames = Object.keys(captures) as (keyof typeof captures)[]

function fieldOf(form: TwilioForm): string | undefined {
  const name = form.oneOf('Capture', captureNames)
  return name && captures[name]
}

function statusOf(form: TwilioForm): 'complete' | 'cancel' | undefined {
  return form.oneOf('Status', ['complete', 'cancel'])
}

const maxSessionMs = 1_800_000

/** A session as a native command. Keys reach nobody; what the caller says is heard on, so that whoever talks with them can help. */
function payment(deps: ApiDeps, { app }: CallRow, form: TwilioForm): object {
  form.oneOf('Input', ['dtmf'])
  form.oneOf('TokenType', ['one-time', 'reusable', 'payment-method'])
  if (form.bool('Confirmation') === true) form.refuse('Confirmation')
  const isBank = form.oneOf('PaymentMethod', ['credit-card', 'ach-debit']) === 'ach-debit'
  const account = form.oneOf('BankAccountType', [
    'consumer-checking',
    'consumer-savings',
    'commercial-checking',
  ])
  const seconds = form.int('Timeout', 1, 600) ?? 5
  const cards = form.text('ValidCardTypes')?.split(/\s+/)
  return {
    provider: deps.twilio.provider(app, form.text('PaymentConnector') ?? 'Default'),
    method: isBank ? 'bank' : 'card',
    stepwise: true,
    on_end: 'tell',
    mode: 'agent',
    limit_ms: maxSessionMs,
    timeout_ms: seconds * 1_000,
    security_code: form.bool('SecurityCode') ?? true,
    postal_code: form.bool('PostalCode') ?? true,
    min_postal_code_digits: form.int('MinPostalCodeLength', 1, 10) ?? 5,
    bank_account_type: bankAccounts[account ?? 'consumer-checking'],
    description: form.text('Description')?.slice(0, 200) ?? '',
    events: { url: form.url('StatusCallback', 21_609), method: 'POST' },
    fields: Object.fromEntries(repeatedOf(form).map((field) => [field, { repeat: true }])),
    ...amountOf(form),
    ...(cards && { cards }),
  }
}

const bankAccounts = {
  'consumer-checking': 'checking',
  'consumer-savings': 'savings',
  'commercial-checking': 'business',
} as const

/** What has to be keyed in twice: in one capture, and not in two. */
function repeatedOf(form: TwilioForm): readonly string[] {
  const names = form.text('RequireMatchingInputs')?.split(/[\s,]+/) ?? []
  return names.map((name) => {
    const known = captureNames.find((each) => each === name)
    if (known === undefined) throw badParameter('RequireMatchingInputs', 'names a field that there is not')
    return captures[known]
  })
}

function amountOf(form: TwilioForm): object {
  const text = form.text('ChargeAmount')
  const currency = (form.text('Currency') ?? 'usd').toUpperCase()
  const minor = text === undefined ? 0 : minorUnits(text, currency)
  if (minor === undefined) throw badParameter('ChargeAmount', 'must be an amount such as 20.45')
  return minor === 0 ? {} : { amount_minor: minor, currency }
}

function show(deps: ApiDeps, { id, tenant }: CallRow, name: string): object {
  const now = rfc2822(deps.clock.now())
  return {
    account_sid: accountSid(tenant),
    call_sid: sid('CA', id),
    sid: name,
    date_created: now,
    date_updated: now,
    uri: `${accountUri(tenant)}/Calls/${sid('CA', id)}/Payments/${name}.json`,
  }
}
