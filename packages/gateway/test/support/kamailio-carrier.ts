import { join } from 'node:path'
import type { Program } from './program.ts'
import { runKamailio, type KamailioFiles } from './run-kamailio.ts'

export interface KamailioCarrierOptions extends KamailioFiles {
  /** Where calls come in, and from where they go on to the phones; both over TLS. */
  readonly ports: { readonly calls: number; readonly phones: number }
  /** Where the phones listen for TLS. A call rings at all of them; who calls `first` reaches the first alone. */
  readonly phones: readonly number[]
  /** What it asks for, in a proxy's challenge. */
  readonly digest: {
    readonly realm: string
    readonly password: string
    readonly algorithm: 'MD5' | 'SHA-256'
  }
}

/** A running Kamailio as a carrier has it: it asks who calls, forks the call, and stays in its path, twice. */
export function startKamailioCarrier(options: KamailioCarrierOptions): Promise<Program> {
  return runKamailio(options, configText(options))
}

function configText(options: KamailioCarrierOptions): string {
  const { folder, ports, digest } = options
  const modules = [
    'tls',
    'tm',
    'sl',
    'rr',
    'pv',
    'maxfwd',
    'textops',
    'siputils',
    'xlog',
    'kex',
    'corex',
    'auth',
  ]
  return [
    '#!KAMAILIO',
    'debug=1',
    'log_stderror=yes',
    'fork=yes',
    'children=1',
    'tcp_children=2',
    'enable_tls=yes',
    'auto_aliases=no',
    'dns=no',
    'rev_dns=no',
    `listen=tls:127.0.0.1:${ports.calls}`,
    `listen=tls:127.0.0.1:${ports.phones}`,
    'mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"',
    ...modules.map((name) => `loadmodule "${name}.so"`),
    `modparam("tls", "config", "${join(folder, 'tls.cfg')}")`,
    'modparam("rr", "enable_double_rr", 1)',
    `modparam("auth", "algorithm", "${digest.algorithm === 'MD5' ? '' : digest.algorithm}")`,
    'modparam("auth", "qop", "auth")',
    routes(options),
    '',
  ].join('\n')
}

function routes({ ports, phones, digest }: KamailioCarrierOptions): string {
  const uris = phones.map((port) => `"sip:$rU@127.0.0.1:${port};transport=tls"`)
  const [first = '', ...others] = uris
  const branches = others.map((uri) => `append_branch(${uri});`).join('\n    ')
  return `
event_route[core:worker-one-init] {
  xlog("L_ERR", "voxkeep: routing\\n");
}
request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
  if (has_totag()) {
    if (loose_route()) { route(RELAY); }
    if (is_method("ACK")) { if (t_check_trans()) { t_relay(); } exit; }
    sl_send_reply("404", "Not Here");
    exit;
  }
  if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; }
  if (!pv_proxy_authenticate("${digest.realm}", "${digest.password}", "0")) {
    proxy_challenge("${digest.realm}", "1");
    exit;
  }
  consume_credentials();
  t_check_trans();
  record_route();
  $fs = "tls:127.0.0.1:${ports.phones}";
  if ($rU != "first") {
    ${branches}
  }
  $ru = ${first};
  route(RELAY);
}
route[RELAY] {
  if (!t_relay()) { sl_reply_error(); }
  exit;
}
`
}
