import type { Dialect } from './contract.ts'
import { exotel } from './exotel-dialect.ts'
import { jambonz } from './jambonz-dialect.ts'
import { platformDialect, type Platform } from './platform-dialect.ts'
import { plivo } from './plivo-dialect.ts'
import { teler } from './teler-dialect.ts'
import { telnyx } from './telnyx-dialect.ts'
import { vonage } from './vonage-dialect.ts'

const platforms = { teler, telnyx, plivo, exotel, vonage, jambonz } satisfies Readonly<
  Record<string, Platform>
>

export type PlatformName = keyof typeof platforms

/** @param url - The app's own address. */
export function openPlatform(name: PlatformName, url: string): Dialect {
  return platformDialect(url, platforms[name])
}
