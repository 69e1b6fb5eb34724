/** Where the clocks are that a customer lives by; the times in messages are theirs. */
export const TIME_ZONES = { CN: 'Asia/Shanghai', VN: 'Asia/Ho_Chi_Minh' } as const;
