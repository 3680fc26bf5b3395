/**
 * Returns whether a host can only mean this machine: `localhost`, ::1, or an IPv4 address of 127.0.0.0/8 in four
 * decimal parts. A name that only starts like one (127.example.org) can mean any machine.
 */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
