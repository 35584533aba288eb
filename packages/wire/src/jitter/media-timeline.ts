/** Measures the holes between frames that are released in order. */
export interface MediaTimeline {
  /**
   * Samples missing between the media so far and a frame. The RTP clock says it, unless it disagrees with the
   * arrivals by more than a second: then the sender restarted its clock, and the arrivals say it. So no
   * timestamp can claim more silence than time has passed.
   */
  next(timestamp: number, samples: number, arrivalMs: number): number
}

export function mediaTimeline(clockRateHz: number): MediaTimeline {
  let end: number | undefined
  let lastArrivalMs = 0
  return {
    next(timestamp, samples, arrivalMs) {
      const elapsed = Math.max(0, Math.round(((arrivalMs - lastArrivalMs) * clockRateHz) / 1_000))
      lastArrivalMs = arrivalMs
      const gap = end === undefined ? 0 : timestamp - end
      const restarted = Math.abs(gap) > elapsed + clockRateHz || elapsed > Math.abs(gap) + clockRateHz
      // An event repeats its timestamp and carries no samples: it leaves the end where it is.
      end = samples > 0 || end === undefined || restarted ? timestamp + samples : end
      return restarted ? Math.max(0, elapsed - samples) : Math.max(0, gap)
    },
  }
}
