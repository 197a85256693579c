/*
 * Faults of a node's surroundings, loaded with LD_PRELOAD:
 *
 * SLUICE_CLOCK=FILE      the file's 8 bytes, nanoseconds in the machine's byte order, are added to the wall clock;
 *                        monotonic clocks are left alone, as when somebody sets the date
 * SLUICE_DIVERT=P=Q,...  a connection to port P of this machine goes to port Q, where a relay listens
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define MOST 256
#define SECOND 1000000000LL

static const long long none = 0;
static const volatile long long *offset = &none;
static in_port_t from[MOST], to[MOST];
static int diverted;
static int (*real_clock)(clockid_t, struct timespec *);
static int (*real_connect)(int, const struct sockaddr *, socklen_t);

static void prepare(void) {
  if (!real_clock) real_clock = dlsym(RTLD_NEXT, "clock_gettime");
  if (!real_connect) real_connect = dlsym(RTLD_NEXT, "connect");
}

__attribute__((constructor)) static void begin(void) {
  prepare();
  const char *file = getenv("SLUICE_CLOCK");
  if (file) {
    int fd = open(file, O_RDONLY);
    void *page = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof none, PROT_READ, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED) abort();
    close(fd);
    offset = page;
  }
  for (const char *rest = getenv("SLUICE_DIVERT"); rest && *rest && diverted < MOST; rest += *rest == ',') {
    char *end;
    from[diverted] = htons((in_port_t)strtol(rest, &end, 10));
    if (*end != '=') abort();
    to[diverted++] = htons((in_port_t)strtol(end + 1, &end, 10));
    if (*end && *end != ',') abort();
    rest = end;
  }
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  prepare();
  int failed = real_clock(clock, now);
  if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    long long nanos = now->tv_sec * SECOND + now->tv_nsec + *offset;
    now->tv_sec = nanos / SECOND;
    now->tv_nsec = nanos % SECOND;
  }
  return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  struct timespec precise;
  int failed = clock_gettime(CLOCK_REALTIME, &precise);
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return failed;
}

time_t time(time_t *now) {
  struct timespec precise;
  clock_gettime(CLOCK_REALTIME, &precise);
  if (now) *now = precise.tv_sec;
  return precise.tv_sec;
}

/* The port is at the same place in both families' addresses. */
int connect(int fd, const struct sockaddr *address, socklen_t length) {
  prepare();
  struct sockaddr_storage other;
  if ((address->sa_family == AF_INET || address->sa_family == AF_INET6) && length <= sizeof other) {
    memcpy(&other, address, length);
    struct sockaddr_in *in = (struct sockaddr_in *)&other;
    for (int i = 0; i < diverted; i++) {
      if (in->sin_port == from[i]) {
        in->sin_port = to[i];
        return real_connect(fd, (struct sockaddr *)&other, length);
      }
    }
  }
  return real_connect(fd, address, length);
}
