/** The admin token of tests that only read what strangers are not told. */
export const adminToken = 'the-token-of-the-administrator';
export const asAdmin = { headers: { Authorization: `Bearer ${adminToken}` } };
