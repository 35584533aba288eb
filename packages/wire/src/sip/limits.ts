/** Bounds on what one peer can make us hold or walk. Sizes are in bytes. */
export interface SipLimits {
  /** From the start line to the blank line. */
  maxHeaderBytes: number
  maxBodyBytes: number
  /** Header lines in a message, folded ones counted once. */
  maxHeaders: number
  /** One header line with its folds, or the start line. */
  maxLineBytes: number
}

export const defaultSipLimits: SipLimits = {
  maxHeaderBytes: 32 * 1024, // an INVITE through ten proxies with a STIR Identity header is under 12 KiB
  maxBodyBytes: 64 * 1024, // the largest SDP in practice is under 8 KiB; SIPREC metadata under 40 KiB
  maxHeaders: 128, // RFC 4475 §3.1.1.7 has 44
  maxLineBytes: 8 * 1024, // an Identity header with a long certificate URL is under 2 KiB
}
