/** Classes of OCSF 1.9 that our events belong to, with the numbers of their activities. */
export const ocsfClasses = {
  finding: {
    uid: 2004,
    category: 2,
    name: 'Detection Finding',
    activities: { create: 1, update: 2, close: 3, other: 99 },
  },
  authentication: { uid: 3002, category: 3, name: 'Authentication', activities: { logon: 1, other: 99 } },
  entity: {
    uid: 3004,
    category: 3,
    name: 'Entity Management',
    activities: { create: 1, read: 2, update: 3, delete: 4, other: 99 },
  },
  api: {
    uid: 6003,
    category: 6,
    name: 'API Activity',
    activities: { create: 1, read: 2, update: 3, delete: 4, other: 99 },
  },
  datastore: {
    uid: 6005,
    category: 6,
    name: 'Datastore Activity',
    activities: { read: 1, update: 2, query: 4, create: 6, delete: 7, other: 99 },
  },
} as const

export type OcsfClass = keyof typeof ocsfClasses

export interface OcsfKind {
  readonly class: OcsfClass
  /** A word of the class's activities. */
  readonly activity: string
  /** What kind of thing is acted on: of an entity its type, of a datastore its name. */
  readonly about?: string
}

type Row = readonly [type: RegExp, kind: OcsfKind]

/** The first that fits. What none fits is API activity: something was asked of the gateway, or done by it. */
const table: readonly Row[] = [
  [/^alert\.raised$/, { class: 'finding', activity: 'create' }],
  [/^alert\./, { class: 'finding', activity: 'update' }],
  [/^audit\.(?:unreadable|tampered|forked|broken)/, { class: 'finding', activity: 'create' }],
  [/^(?:edge|api)\..*(?:refused|failed)$/, { class: 'authentication', activity: 'logon' }],
  [/^token\.(?:issue|creating)/, { class: 'entity', activity: 'create', about: 'api token' }],
  [/^token\.revoke/, { class: 'entity', activity: 'delete', about: 'api token' }],
  [/^keys?\..*(?:creat|generat|made)/, { class: 'entity', activity: 'create', about: 'encryption key' }],
  [/^keys?\..*(?:destroy|shred)/, { class: 'entity', activity: 'delete', about: 'encryption key' }],
  [/^keys?\./, { class: 'entity', activity: 'update', about: 'encryption key' }],
  [/^secrets\./, { class: 'entity', activity: 'update', about: 'secret' }],
  [/^certificate\./, { class: 'entity', activity: 'other', about: 'certificate' }],
  [/^hold\..*(?:plac|set|creat)/, { class: 'entity', activity: 'create', about: 'legal hold' }],
  [/^hold\./, { class: 'entity', activity: 'update', about: 'legal hold' }],
  [/^transcript\.read/, { class: 'datastore', activity: 'read', about: 'transcripts' }],
  [/^transcript\.starting$/, { class: 'datastore', activity: 'create', about: 'transcripts' }],
  [/^transcript\./, { class: 'datastore', activity: 'update', about: 'transcripts' }],
  [/^recording\.(?:read|marks-read|export)/, { class: 'datastore', activity: 'read', about: 'recordings' }],
  [/^recording\..*(?:delet|shred|eras)/, { class: 'datastore', activity: 'delete', about: 'recordings' }],
  [/^recording\.starting$/, { class: 'datastore', activity: 'create', about: 'recordings' }],
  [/^recording\./, { class: 'datastore', activity: 'update', about: 'recordings' }],
  [/^transcript\.(?:read|export|query)/, { class: 'datastore', activity: 'read', about: 'transcripts' }],
  [/^audit\.(?:read|export|quer)/, { class: 'datastore', activity: 'query', about: 'audit log' }],
  [
    /^(?:retention|subject|object|erasure)\..*(?:delet|shred|eras)/,
    { class: 'datastore', activity: 'delete', about: 'objects' },
  ],
  [/^(?:retention|subject|object|backup)\./, { class: 'datastore', activity: 'other', about: 'objects' }],
  [/\.create$/, { class: 'api', activity: 'create' }],
  [/\.(?:read|list)$/, { class: 'api', activity: 'read' }],
  [/\.(?:command|variables|lift|lifted)$/, { class: 'api', activity: 'update' }],
  [/\.(?:hangup|delete)$/, { class: 'api', activity: 'delete' }],
]

export function ocsfKind(type: string): OcsfKind {
  return table.find(([pattern]) => pattern.test(type))?.[1] ?? { class: 'api', activity: 'other' }
}
