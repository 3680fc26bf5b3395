/** The maximum path length of a socket file in bytes: macOS accepts it, and so does Linux (107). */
export const LONGEST_SOCKET_PATH = 103;
