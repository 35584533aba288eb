import type { JobsDatabase } from '#db'
import type { Clock } from '#kernel'
import type { Clock as BossClock, ConstructorOptions } from 'pg-boss'

/**
 * Settings under which an idle gateway asks its database about twice a minute: what has to be quick is woken by hand. The two
 * cron intervals are the longest that pg-boss takes.
 */
const calm = {
  cronMonitorIntervalSeconds: 45,
  cronWorkerIntervalSeconds: 45,
  superviseIntervalSeconds: 300,
  monitorIntervalSeconds: 600,
  queueCacheIntervalSeconds: 3_600,
  bamIntervalSeconds: 3_600,
  flowIntervalSeconds: 86_400,
  clockMonitorIntervalSeconds: 600,
  maintenanceIntervalSeconds: 86_400,
} as const

export const pollingIntervalSeconds = 60

export function bossOptions(database: JobsDatabase, clock: Clock): ConstructorOptions {
  const { backend } = database
  return {
    db: { executeSql: (text, values) => database.executeSql(text, values) },
    backend,
    schema: 'pgboss',
    createSchema: false,
    clock: bossClock(clock),
    useListenNotify: false,
    ...calm,
  }
}

/** Our clock as pg-boss wants one. */
function bossClock(clock: Clock): BossClock {
  const every = (fire: () => void, ms: number) => {
    let cancel = () => {}
    const arm = () => {
      cancel = clock.set(ms, () => {
        arm()
        fire()
      })
    }
    arm()
    return () => cancel()
  }
  const cancel = (timer: unknown) => {
    if (typeof timer === 'function') (timer as () => void)()
  }
  return {
    now: () => clock.now(),
    setTimeout: (fire, ms) => clock.set(ms, fire),
    clearTimeout: cancel,
    setInterval: every,
    clearInterval: cancel,
  }
}
