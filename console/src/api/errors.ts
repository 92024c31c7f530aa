// SPDX-License-Identifier: Apache-2.0
/** How a call can fail: the server refuses, naming what and why, or nobody answers. */

export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string,
  ) {
    super(message);
  }

  /**
   * The parameter the sentence is about: "reason: IkeConfig.Psk must ...". Messages are
   * "<reason>: <Field> ["<value>"] <rule>; <remedy>."; the field comes first behind the colon.
   */
  get field(): string | undefined {
    return /: ([A-Z][A-Za-z]*(?:\.[A-Za-z0-9]+)*)(?= )/.exec(this.message)?.[1] ?? missingName(this.code);
  }

  /** The rule and the remedy without the reason in front, for a place beside the field. */
  get sentence(): string {
    const field = this.field;
    const at = field ? this.message.indexOf(`: ${field} `) : -1;
    return at < 0 ? this.message : this.message.slice(at + 2);
  }

  /** The key itself is the trouble: signing in again may help, repeating does not. */
  get isAboutKey(): boolean {
    return /^(InvalidAccessKeyId|SignatureDoesNotMatch|IncompleteSignature)/.test(this.code);
  }
}

function missingName(code: string): string | undefined {
  return /^Missing([A-Z]\w*)$/.exec(code)?.[1];
}

/** No answer, or none of the API. */
export class Unreachable extends Error {}
