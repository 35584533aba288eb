import type { BenchOptions } from './bench-options.ts'
import { flood } from './flood.ts'
import { floor } from './floor.ts'
import { keep } from './keep.ts'
import { keypad } from './keypad.ts'
import { placed } from './placed.ts'
import { privacy } from './privacy.ts'
import { ramp } from './ramp.ts'
import { soak } from './soak.ts'
import { steady } from './steady.ts'

/** Runs gateway, echo app and load generator as processes of their own, and measures the gateway's. */
export function runBench(options: BenchOptions): Promise<object> {
  switch (options.scenario) {
    case 'steady':
    case 'recorded':
      return steady(options)
    case 'ramp':
      return ramp(options)
    case 'outbound':
    case 'bridged':
      return placed(options)
    case 'flood':
      return flood(options)
    case 'soak':
      return soak(options)
    case 'floor':
      return floor(options)
    case 'keep':
      return keep()
    case 'privacy':
      return Promise.resolve(privacy(options))
    case 'keypad':
      return keypad({ minutes: options.minutes, keys: 1_600 })
  }
}
