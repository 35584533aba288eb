/** Words that say yes, and words that take it back, by language. */
const words: Readonly<Record<string, { readonly yes: string; readonly no: string }>> = {
  en: {
    yes: 'yes yeah yep yup yea sure ok okay agree agreed consent absolutely certainly definitely affirmative fine',
    no: 'no nope nah not never none refuse decline disagree stop dont cant wont without',
  },
  de: {
    yes: 'ja jawohl klar einverstanden gern gerne natürlich sicher ok okay zustimme stimme',
    no: 'nein nicht nee nö kein keine keinen keinesfalls niemals ablehne verweigere',
  },
  es: {
    yes: 'sí si claro vale acepto acuerdo supuesto ok okay conforme',
    no: 'no nunca niego rechazo jamás tampoco',
  },
  fr: {
    yes: 'oui ouais daccord accord accepte sûr volontiers ok okay',
    no: 'non pas refuse jamais aucun aucune',
  },
  hi: {
    yes: 'haan han haa ha ji theek thik hai sahmat हाँ हां जी ठीक सहमत',
    no: 'nahi nahin nahí na mat नहीं नही ना मत',
  },
}

const tables = new Map(
  Object.entries(words).map(([language, { yes, no }]) => [
    language,
    { yes: new Set(yes.split(' ')), no: new Set(no.split(' ')) },
  ]),
)

/**
 * Whether somebody said yes or no; undefined when it was neither, or nobody could tell. A word that denies outweighs any that agrees: in doubt it is no.
 *
 * @param language - BCP 47; only its first part counts.
 */
export function spokenAnswer(text: string, language: string): 'yes' | 'no' | undefined {
  const table = tables.get(language.slice(0, 2).toLowerCase())
  if (table === undefined) return undefined
  const said = text
    .toLowerCase()
    .replace(/['’]/g, '')
    .split(/[^\p{L}\p{M}]+/u)
  if (said.some((word) => table.no.has(word))) return 'no'
  return said.some((word) => table.yes.has(word)) ? 'yes' : undefined
}
