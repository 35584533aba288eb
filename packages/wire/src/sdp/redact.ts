/**
 * The description for a log: master keys (`inline:`, whatever line they stand in), `k=` lines, MIKEY messages and the
 * ICE password become `…`, to the end of their line. Works on any text, also on one that does not parse.
 */
export function redactSdp(sdp: string): string {
  return sdp
    .replace(/inline[ \t]*:[^\r\n]*/gi, 'inline:…')
    .replace(/^k=[^\r\n]*/gim, 'k=…')
    .replace(/(key-mgmt|ice-pwd)[ \t]*:[^\r\n]*/gi, '$1:…')
}
