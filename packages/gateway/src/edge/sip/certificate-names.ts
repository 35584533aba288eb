/**
 * The DNS and URI names of a certificate, lower case, from Node's text of its alternative names (`X509Certificate`
 * `subjectAltName`). The common name and wildcards do not count: RFC 5922 §7.1, §7.2. Never throws.
 */
export function certificateNames(subjectAltName: string | undefined): string[] {
  const names: string[] = []
  // Node writes a name with special characters as a JSON string, so that it cannot imitate a second one.
  for (const match of (subjectAltName ?? '').matchAll(
    /(?:^|, )(\w[\w ]*):("(?:[^"\\]|\\.)*"|[^,"]*)(?=, |$)/g,
  )) {
    const [, kind, text = ''] = match
    if ((kind === 'DNS' || kind === 'URI') && !text.startsWith('"') && !text.includes('*'))
      names.push(text.toLowerCase())
  }
  return names
}
