import type { PiiType } from '@voxkeep/pii'

/** What of ours each entity of presidio-analyzer's own recognisers is. */
const types: Readonly<Record<string, PiiType>> = {
  PERSON: 'person',
  LOCATION: 'location',
  GPE: 'location',
  STREET_ADDRESS: 'address',
  ADDRESS: 'address',
  ORGANIZATION: 'organisation',
  CREDIT_CARD: 'card',
  IBAN_CODE: 'iban',
  US_BANK_NUMBER: 'bank-account',
  US_SSN: 'ssn',
  US_ITIN: 'ssn',
  US_DRIVER_LICENSE: 'national-id',
  US_PASSPORT: 'national-id',
  US_NPI: 'national-id',
  US_MBI: 'national-id',
  MEDICAL_LICENSE: 'national-id',
  UK_NHS: 'national-id',
  UK_NINO: 'national-id',
  ES_NIF: 'national-id',
  ES_NIE: 'national-id',
  IT_FISCAL_CODE: 'national-id',
  PL_PESEL: 'national-id',
  IN_AADHAAR: 'national-id',
  IN_PAN: 'national-id',
  IN_PASSPORT: 'national-id',
  AU_TFN: 'national-id',
  AU_MEDICARE: 'national-id',
  ID: 'account',
  PHONE_NUMBER: 'phone',
  EMAIL_ADDRESS: 'email',
  IP_ADDRESS: 'ip-address',
  URL: 'url',
  DOMAIN_NAME: 'url',
  DATE_TIME: 'date',
  ZIP_CODE: 'postal-code',
}

export interface Kind {
  readonly type: PiiType
  readonly detail?: string
}

/** An entity that we have no type for is `custom`, under its own name: whoever runs an analyzer set it up to find that. */
export function kindOf(entity: string): Kind {
  const type = Object.hasOwn(types, entity) ? types[entity] : undefined
  return type === undefined ? { type: 'custom', detail: entity.toLowerCase().replaceAll('_', '-') } : { type }
}
