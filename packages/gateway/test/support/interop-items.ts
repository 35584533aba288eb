/** What peers differ in, and which tests exercise it: a pattern over `suite: name`. */
export interface InteropItem {
  readonly title: string
  readonly tests: RegExp
  /** Why there is nothing to show. */
  readonly unseen?: string
}

export const interopItems: readonly InteropItem[] = [
  {
    title: 'A call that comes in: speech both ways, ended by either side',
    tests:
      /^(baresip|linphone): (startGateway|an app that closes)|^sipp: (startGateway|interop 31)|interop 23: a TLS phone/,
  },
  {
    title: 'A call that is placed: answered, spoken, ended by either side',
    tests:
      /place\(\) calls|interop 23, 30|Node peer|outbound-call: a call to|dial: POST.*office|and then ends it/,
  },
  {
    title: 'Hold and resume, all forms, by either side',
    tests: /interop 21|also after it was held|held by it|consult puts/,
  },
  { title: 'INVITE and re-INVITE without an offer', tests: /without an offer|answer in the ACK/ },
  { title: 'Address, port and codec change in mid-call', tests: /may move/ },
  { title: 'UPDATE', tests: /UPDATE/ },
  { title: 'Session timer', tests: /session timer|UPDATE refreshes/ },
  { title: 'PRACK and early media', tests: /PRACK|early media|answer_on_bridge/ },
  { title: 'Several phones that ring, answers of several forks', tests: /forks|rings two phones|hunting/ },
  {
    title: 'CANCEL, also when it crosses the answer',
    tests: /CANCEL|cancels|hangs up ends the leg that was dialled/,
  },
  { title: 'ACK that is late, answers that are repeated', tests: /late ACK|acknowledges again/ },
  { title: 'Glare: 491', tests: /491/ },
  {
    title: 'Refusals, busy, no answer',
    tests: /refusal|busy|rings too long|not answered|nobody is there|nobody is at|dead trunk/,
  },
  { title: 'Redirection: 3xx', tests: /302/ },
  { title: 'Record-Route, double and single', tests: /interop 23/ },
  {
    title: 'OPTIONS, and whether a trunk lives',
    tests: /OPTIONS|goes down and when it is back|audit log has it all/,
  },
  { title: 'REFER and attended transfer', tests: /REFER|joins it with the caller/ },
  { title: 'Replaces', tests: /Replaces/ },
  { title: 'Transfer and consultation by the app', tests: /a transfer puts|consult puts/ },
  {
    title: 'Dial: two legs, each with its own keys and codecs',
    tests: /dial carries|hears the app’s music|whoever was referred/,
  },
  { title: 'Digest: phones that must show a password', tests: /^digest: / },
  { title: 'Digest: a password that we show', tests: /MD5 credentials|interop 23, 30/ },
  {
    title: 'Certificates and names',
    tests: /an authority it does not know|its certificate is replaced/,
  },
  {
    title: 'Connections: closed, opened again, used again',
    tests: /interop 31|interop 32|finds a peer again/,
  },
  { title: 'Post-quantum key agreement (X25519MLKEM768)', tests: /X25519MLKEM768/ },
  {
    title: 'SRTP is demanded',
    tests: /interop 8|without SRTP|with 488|rtpengine|SRTP keys/,
  },
  {
    title: 'SRTP suites, keys with lifetime and MKI',
    tests: /hear each other under|suite|AEAD|a key |strongest/,
  },
  {
    title: 'New SRTP keys in mid-call',
    tests: /never matches/,
    unseen:
      'None of these renews its keys by itself. Re-keying was run packet by packet against libsrtp, and leg against leg, in the tests named `interop 4`.',
  },
  {
    title: 'Codecs and packet lengths',
    tests: /interop 16|in Opus|may move the port and change the codec|other keys and codecs/,
  },
  { title: 'Keys (DTMF)', tests: /interop 19|digits, speech/ },
  { title: 'Recording', tests: /its recording|records both sides|asks the app, records|recorded and/ },
  {
    title: 'STIR/SHAKEN',
    tests: /^stir/,
  },
  { title: 'Quality: scores, audio that is mute or goes one way', tests: /^quality: / },
  { title: 'What an eavesdropper and the disk see', tests: /^(capture|plaintext): / },
  { title: 'Keys that nobody else may learn: a card keyed in and paid with', tests: /^payment: / },
  { title: 'Commands of an app: messages, whispers, keys that are sent', tests: /^commands: / },
  { title: 'A conversation in words alone (ConversationRelay)', tests: /^relay: / },
  { title: 'Apps written for Twilio: TwiML, callbacks, REST', tests: /^twilio-(app|rest): / },
  { title: 'Consent to a recording, by key, voice or notice', tests: /^consent: / },
  { title: 'Limits and the guard', tests: /guard refuses|what is not allowed|may be one|more than usual/ },
  {
    title: 'Many calls; nothing left of them',
    tests: /200 calls|interop 29|audio alone when video/,
  },
]
