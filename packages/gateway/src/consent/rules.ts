import type { ConsentLevel } from './level.ts'

/** What a place asks for, in short, and where that is written. */
export interface ConsentRule {
  /** ISO 3166: `DE`, `US-CA`. */
  readonly jurisdiction: string
  readonly level: ConsentLevel
  readonly source: string
}

const federal = '18 U.S.C. §2511(2)(d)'
const gdpr = 'GDPR Art. 6, 13'

/**
 * A reading of public law by engineers, for a deployment's own counsel to check and change (`consent.rules`). Where a law or its courts disagree, the stricter reading
 * is taken. A state that is not here follows its country.
 */
export const consentRules: readonly ConsentRule[] = [
  {
    jurisdiction: 'US',
    level: 'all-party',
    source: `${federal}; the strictest states, where the state is not known`,
  },
  ...[
    'AL',
    'AK',
    'AZ',
    'AR',
    'CO',
    'DC',
    'GA',
    'HI',
    'ID',
    'IN',
    'IA',
    'KS',
    'KY',
    'LA',
    'ME',
    'MN',
    'MS',
    'MO',
    'NE',
    'NJ',
    'NM',
    'NY',
    'NC',
    'ND',
    'OH',
    'OK',
    'RI',
    'SC',
    'SD',
    'TN',
    'TX',
    'UT',
    'VT',
    'VA',
    'WV',
    'WI',
    'WY',
  ].map((state): ConsentRule => ({ jurisdiction: `US-${state}`, level: 'one-party', source: federal })),
  { jurisdiction: 'US-CA', level: 'all-party', source: 'Cal. Penal Code §632, §632.7' },
  { jurisdiction: 'US-CT', level: 'all-party', source: 'Conn. Gen. Stat. §52-570d' },
  { jurisdiction: 'US-DE', level: 'all-party', source: '11 Del. C. §1335(a)(4)' },
  { jurisdiction: 'US-FL', level: 'all-party', source: 'Fla. Stat. §934.03(2)(d)' },
  { jurisdiction: 'US-IL', level: 'all-party', source: '720 ILCS 5/14-2' },
  { jurisdiction: 'US-MD', level: 'all-party', source: 'Md. Code, Cts. & Jud. Proc. §10-402(c)(3)' },
  { jurisdiction: 'US-MA', level: 'all-party', source: 'Mass. Gen. Laws ch. 272 §99' },
  { jurisdiction: 'US-MI', level: 'all-party', source: 'Mich. Comp. Laws §750.539c' },
  { jurisdiction: 'US-MT', level: 'all-party', source: 'Mont. Code §45-8-213' },
  { jurisdiction: 'US-NV', level: 'all-party', source: 'Nev. Rev. Stat. §200.620' },
  { jurisdiction: 'US-NH', level: 'all-party', source: 'N.H. Rev. Stat. §570-A:2' },
  { jurisdiction: 'US-OR', level: 'notice', source: 'Or. Rev. Stat. §165.540' },
  { jurisdiction: 'US-PA', level: 'all-party', source: '18 Pa. C.S. §5704(4)' },
  { jurisdiction: 'US-WA', level: 'all-party', source: 'Wash. Rev. Code §9.73.030' },
  { jurisdiction: 'CA', level: 'notice', source: 'PIPEDA, Schedule 1, 4.3; Criminal Code s. 184(2)(a)' },
  { jurisdiction: 'GB', level: 'notice', source: 'SI 2018/356 reg. 3; UK GDPR Art. 13' },
  { jurisdiction: 'IE', level: 'notice', source: gdpr },
  { jurisdiction: 'DE', level: 'opt-in', source: 'StGB §201' },
  { jurisdiction: 'AT', level: 'opt-in', source: 'StGB §120' },
  { jurisdiction: 'CH', level: 'all-party', source: 'StGB Art. 179ter, 179quinquies' },
  { jurisdiction: 'FR', level: 'all-party', source: `Code pénal art. 226-1; ${gdpr}` },
  { jurisdiction: 'BE', level: 'all-party', source: `Code pénal art. 314bis; ${gdpr}` },
  { jurisdiction: 'LU', level: 'all-party', source: gdpr },
  { jurisdiction: 'PT', level: 'opt-in', source: 'Código Penal art. 199' },
  { jurisdiction: 'ES', level: 'notice', source: `Constitución art. 18.3; ${gdpr}` },
  { jurisdiction: 'IT', level: 'notice', source: gdpr },
  { jurisdiction: 'NL', level: 'notice', source: `Sr art. 139c; ${gdpr}` },
  {
    jurisdiction: 'DK',
    level: 'opt-in',
    source: `Straffeloven §263; Datatilsynet on recorded calls; ${gdpr}`,
  },
  { jurisdiction: 'SE', level: 'notice', source: `Brottsbalken 4:9a; ${gdpr}` },
  { jurisdiction: 'NO', level: 'notice', source: `Straffeloven §205; ${gdpr}` },
  { jurisdiction: 'FI', level: 'notice', source: gdpr },
  { jurisdiction: 'PL', level: 'notice', source: `Kodeks karny art. 267; ${gdpr}` },
  ...['BG', 'CY', 'CZ', 'EE', 'GR', 'HR', 'HU', 'IS', 'LI', 'LT', 'LV', 'MT', 'RO', 'SI', 'SK'].map(
    (country): ConsentRule => ({ jurisdiction: country, level: 'all-party', source: gdpr }),
  ),
  {
    jurisdiction: 'AU',
    level: 'all-party',
    source: 'Telecommunications (Interception and Access) Act 1979 s. 6; state surveillance devices acts',
  },
  { jurisdiction: 'NZ', level: 'notice', source: 'Crimes Act 1961 s. 216B; Privacy Act 2020, IPP 3' },
  { jurisdiction: 'IN', level: 'opt-in', source: 'Digital Personal Data Protection Act 2023 s. 5, 6' },
  { jurisdiction: 'SG', level: 'notice', source: 'Personal Data Protection Act 2012 s. 13-15, 20' },
  { jurisdiction: 'JP', level: 'notice', source: 'Act on the Protection of Personal Information art. 21' },
  { jurisdiction: 'BR', level: 'notice', source: 'LGPD (Lei 13.709/2018) art. 7, 9' },
  { jurisdiction: 'MX', level: 'notice', source: 'LFPDPPP; aviso de privacidad' },
  { jurisdiction: 'ZA', level: 'notice', source: 'RICA s. 4; POPIA s. 18' },
]
