// SPDX-License-Identifier: Apache-2.0
/** Readings of counters into rates. */

export interface Sample {
  at: number;
  inBytes: number;
  outBytes: number;
}

export interface Rate {
  at: number;
  inBits: number;
  outBits: number;
}

/** Bits a second between neighbours; counters that went back began anew. */
export function rates(samples: Sample[]): Rate[] {
  return samples.slice(1).map((sample, index) => {
    const before = samples[index] ?? sample;
    const seconds = Math.max((sample.at - before.at) / 1000, 0.001);
    const bits = (now: number, old: number) => (Math.max(0, now >= old ? now - old : now) * 8) / seconds;
    return { at: sample.at, inBits: bits(sample.inBytes, before.inBytes), outBits: bits(sample.outBytes, before.outBytes) };
  });
}
