import { createEngine } from '@voxkeep/pii'

/**
 * What no log may hold, whoever wrote it there: looked for by the engine that redacts transcripts. Phone numbers and names have a place of
 * their own, fields named `pii.…`, and are the operator's to keep.
 */
const engine = createEngine({
  types: ['card', 'card-code', 'card-expiry', 'iban', 'bank-account', 'ssn', 'pin', 'password'],
})

/** Text that carries credentials (an SDP, a header line, a token of ours or of a provider, a private key). */
const credentials =
  /(inline:)[A-Za-z0-9+/=]+|((?:proxy-)?authorization["']?\s*[:=]\s*)[^\r\n]+|(bearer\s+)[\w.~+/=-]+|(basic\s+)[\w.~+/=-]{8,}|((?:set-)?cookie["']?\s*[:=]\s*)[^\r\n]+|(whsec_)[A-Za-z0-9+/=]+|(vk_[a-z]+_)[A-Za-z0-9]+|((?:sk|rk|pk)_(?:live|test)_)\w+|(AKIA|ASIA)[A-Z0-9]{16}|(hv[sbr]\.)[\w-]{8,}|(-----BEGIN [A-Z ]*PRIVATE KEY-----)[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)|([?&](?:token|key|api_?key|secret|password|signature)=)[^&\s"']+|(eyJ[\w-]{8,}\.)[\w-]+\.[\w-]+/gi

/** Ids, hashes and times of ours: long runs of digits that are nobody's. */
const ours = /^(?:[a-z]{2,5}_)?[0-9a-f]{32,}$|^\d{4}-\d\d-\d\dT[\d:.]+Z$/
/** So many digits, however they are spaced, are worth a look. */
const someDigits = /\d(?:[\s./-]{0,2}\d){5}/

/**
 * Strikes credentials, card and account numbers out of a text for the log.
 *
 * @param isFree - Whether people or other programs wrote it: then numbers that are spelled out are looked for too, and short ones beside the words that make them secret.
 */
export function redactLogText(text: string, isFree: boolean): string {
  if (text.length < 3 || ours.test(text)) return text
  const bare = text.replace(credentials, (_, ...groups: unknown[]) => {
    const kept = groups.find((group): group is string => typeof group === 'string' && group !== '')
    return `${kept === text ? '' : (kept ?? '')}[struck out]`
  })
  return isFree || someDigits.test(bare) ? engine.redact(bare).text : bare
}
