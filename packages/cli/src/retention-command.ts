import type { Job, RetentionPlan } from '@voxkeep/sdk'
import { runGatewayCommand } from '@voxkeep/deployment'
import { Command } from 'commander'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { isoTime } from './holds-command.ts'
import { progress, result, table } from './output.ts'

export function retentionCommand(): Command {
  const retention = new Command('retention').description('How long what is kept.')
  withConnection(
    retention
      .command('plan', { isDefault: true })
      .description('What the policies will have deleted by a time; nothing is.'),
  )
    .option('--by <time>', 'default: now (ISO 8601)')
    .option(
      '--stopped',
      'ask the database of a gateway that is not running: tries the policies in --config before it starts with them',
    )
    .option('--tenant <id>', 'with --stopped: whose data', 'default')
    .action(plan)
  withConnection(
    retention.command('sweep').description('Delete what is due now, rather than at its next time.'),
  ).action(sweep)
  return retention
}

interface PlanOptions extends ConnectionOptions {
  readonly by?: string
  readonly stopped?: true
  readonly tenant: string
}

async function plan(options: PlanOptions): Promise<void> {
  const by = options.by === undefined ? undefined : isoTime('--by', options.by)
  const found = options.stopped === true ? await planStopped(options, by) : await planRunning(options, by)
  result(found, options.json ?? false, () => describe(found))
}

function planRunning(options: PlanOptions, by: string | undefined): Promise<RetentionPlan> {
  return connect(options).retention.plan(by === undefined ? undefined : new Date(by))
}

async function planStopped({ config, tenant }: PlanOptions, by: string | undefined): Promise<RetentionPlan> {
  const args = ['retention', 'plan', '--config', config, '--tenant', tenant]
  return JSON.parse(
    await runGatewayCommand([...args, ...(by === undefined ? [] : ['--by', by])]),
  ) as RetentionPlan
}

function describe({ by, lines }: RetentionPlan): string {
  if (lines.length === 0) return `nothing is due by ${by}`
  const rows = lines.map((line) => [
    line.type,
    line.policy,
    String(line.count),
    line.bytes === 0 ? '' : `${(line.bytes / 1_048_576).toFixed(1)} MiB`,
    line.earliest,
    line.held === 0 ? '' : `${line.held} held`,
    line.locked === 0 ? '' : `${line.locked} locked until ${line.locked_until ?? 'released'}`,
  ])
  return `due by ${by}:\n${table([['what', 'policy', 'how many', 'size', 'since', '', ''], ...rows])}`
}

async function sweep(options: ConnectionOptions): Promise<void> {
  await connect(options).jobs.run('retention')
  result(
    { job: 'retention', accepted: true },
    options.json ?? false,
    () => 'the sweep begins; see: voxkeep jobs',
  )
}

export function jobsCommand(): Command {
  const jobs = new Command('jobs').description('What the gateway does now and then.')
  withConnection(
    jobs
      .command('list', { isDefault: true })
      .description('Each job: how its last run went, when it runs next.'),
  ).action(listJobs)
  withConnection(
    jobs.command('run').description('Have a job run as soon as it can.').argument('<name>'),
  ).action(runJob)
  return jobs
}

async function listJobs(options: ConnectionOptions): Promise<void> {
  const jobs = await connect(options).jobs.list()
  result(jobs, options.json ?? false, () =>
    table([['job', 'state', 'last run', 'next run', ''], ...jobs.map(jobRow)]),
  )
  for (const { name, last_error: error } of jobs) if (error !== null) progress(`${name}: ${error}`)
}

function jobRow(job: Job): string[] {
  const outcome = Object.entries(job.last_result ?? {}).map(([name, value]) => `${name} ${String(value)}`)
  return [
    job.name,
    job.state,
    job.last_run_at ?? 'never',
    job.next_run_at ?? 'when asked',
    outcome.join(', '),
  ]
}

async function runJob(name: string, options: ConnectionOptions): Promise<void> {
  await connect(options).jobs.run(name)
  result({ job: name, accepted: true }, options.json ?? false, () => `${name} will run`)
}
