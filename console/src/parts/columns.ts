// SPDX-License-Identifier: Apache-2.0
/** Columns of a list of facts: identifiers need room. */
export const COLUMNS = { xs: 1, sm: 1, md: 1, lg: 2, xl: 2, xxl: 3 };
