/** Nobody born earlier is alive; a date before it is a typing error. */
export const EARLIEST_BIRTH_YEAR = 1900;
