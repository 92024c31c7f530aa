// SPDX-License-Identifier: Apache-2.0
/**
 * The page's policy applies only style elements that carry the nonce of this page. The component library makes them at run
 * time and does not always pass it on, so every style element made by our scripts gets it here. Markup that was
 * injected as text stays without one, and is not applied.
 */
export const pageNonce = document.querySelector<HTMLMetaElement>('meta[name="vpngw-nonce"]')?.content ?? "";

export function giveStylesTheNonce(): void {
  const create = document.createElement.bind(document);
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = create(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = pageNonce;
    return element;
  }) as typeof document.createElement;
}
