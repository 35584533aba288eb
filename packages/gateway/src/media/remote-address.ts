/** Where a leg's packets go, and how that is learned. */
export interface RemoteAddress {
  readonly address: string
  readonly port: number
  /** Takes the source of an authentic packet that was the newest so far; true when the leg moved there. */
  learn(address: string, port: number): boolean
  /** Takes what SDP says now. */
  retarget(address: string, port: number): void
}

/** Newest packets in a row from another source before the leg follows: two paths that alternate must not flap. */
const confirmations = 3

/**
 * Starts at the address of the SDP, and follows the caller only to where authentic packets come from: at once
 * behind a NAT (the first packet tells), later after several in a row. What does not authenticate teaches nothing.
 */
export function remoteAddress(address: string, port: number): RemoteAddress {
  let confirmed = false
  let candidate = { address, port, count: 0 }
  const remote = {
    address,
    port,
    learn(fromAddress: string, fromPort: number): boolean {
      if (fromPort === remote.port && fromAddress === remote.address) {
        confirmed = true
        candidate.count = 0
        return false
      }
      if (candidate.port !== fromPort || candidate.address !== fromAddress) {
        candidate = { address: fromAddress, port: fromPort, count: 0 }
      }
      candidate.count += 1
      if (confirmed && candidate.count < confirmations) return false
      confirmed = true
      candidate.count = 0
      remote.address = fromAddress
      remote.port = fromPort
      return true
    },
    retarget(toAddress: string, toPort: number): void {
      confirmed = false
      candidate = { address: toAddress, port: toPort, count: 0 }
      remote.address = toAddress
      remote.port = toPort
    },
  }
  return remote
}
