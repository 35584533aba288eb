import { join } from 'node:path'
import type { Program } from './program.ts'
import { runKamailio, type KamailioFiles } from './run-kamailio.ts'

export interface KamailioOptions extends KamailioFiles {
  /** Where phones come in over TLS, where others come in over plain TCP, and from where it goes on to the gateway over TLS. */
  readonly ports: { readonly tls: number; readonly tcp: number; readonly towardsGateway: number }
  readonly gatewayPort: number
  /** An rtpengine that carries the audio: its control port, and the profile that phones speak with it. */
  readonly rtpengine?: { readonly controlPort: number; readonly phones: 'RTP/AVP' | 'RTP/SAVP' }
}

/** A running Kamailio: an outbound proxy, as carriers and companies put one in front. It stays in the path of each dialog. */
export function startKamailio(options: KamailioOptions): Promise<Program> {
  return runKamailio(options, configText(options))
}

function configText(options: KamailioOptions): string {
  const { folder, ports, gatewayPort, rtpengine } = options
  const modules = ['tls', 'tm', 'sl', 'rr', 'pv', 'maxfwd', 'textops', 'siputils', 'xlog', 'kex', 'cfgutils']
  if (rtpengine !== undefined) modules.push('rtpengine')
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
    'tcp_accept_no_cl=no',
    `listen=tls:127.0.0.1:${ports.tls}`,
    `listen=tcp:127.0.0.1:${ports.tcp}`,
    `listen=tls:127.0.0.1:${ports.towardsGateway}`,
    'mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"',
    ...modules.map((name) => `loadmodule "${name}.so"`),
    `modparam("tls", "config", "${join(folder, 'tls.cfg')}")`,
    'modparam("rr", "enable_double_rr", 1)',
    'modparam("rr", "append_fromtag", 1)',
    ...(rtpengine === undefined
      ? []
      : [`modparam("rtpengine", "rtpengine_sock", "udp:127.0.0.1:${rtpengine.controlPort}")`]),
    routes(gatewayPort, ports.towardsGateway, rtpengine?.phones),
    '',
  ].join('\n')
}

/** What everybody's first Kamailio does: keeps a place in the route, follows it later, and relays. */
function routes(gatewayPort: number, ownPort: number, phones: string | undefined): string {
  const audio = (lines: string) => (phones === undefined ? '' : lines)
  return `
event_route[core:worker-one-init] {
  xlog("L_ERR", "voxkeep: routing\\n");
}
request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
  if (has_totag()) {
    if (loose_route()) {
      if (is_direction("downstream")) { setflag(1); }
      ${audio('route(AUDIO);')}
      route(RELAY);
    }
    if (is_method("ACK")) { if (t_check_trans()) { t_relay(); } exit; }
    sl_send_reply("404", "Not Here");
    exit;
  }
  t_check_trans();
  record_route();
  setflag(1);
  ${audio('route(AUDIO);')}
  $fs = "tls:127.0.0.1:${ownPort}";
  $du = "sip:127.0.0.1:${gatewayPort};transport=tls";
  route(RELAY);
}
route[RELAY] {
  t_on_reply("ANSWER");
  if (!t_relay()) { sl_reply_error(); }
  exit;
}
onreply_route[ANSWER] {
  ${audio('route(AUDIO_ANSWER);')}
  return;
}
${audio(audioRoutes(phones ?? ''))}`
}

/** Flag 1: the request goes towards the gateway, which wants SRTP; what comes back is as the phone wants it. */
function audioRoutes(phones: string): string {
  const towards = (profile: string) =>
    `rtpengine_manage("replace-origin ${profile} ICE=remove rtcp-mux-demux");`
  return `
route[AUDIO] {
  if (is_method("BYE")) { rtpengine_manage(); return; }
  if (!has_body("application/sdp")) return;
  if (isflagset(1)) { ${towards('RTP/SAVP')} } else { ${towards(phones)} }
}
route[AUDIO_ANSWER] {
  if (!has_body("application/sdp")) return;
  if (isflagset(1)) { ${towards(phones)} } else { ${towards('RTP/SAVP')} }
}
`
}
