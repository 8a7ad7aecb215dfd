/* Compares our dprintf, compiled under another name, with the C library's snprintf. Silence is success. */
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int plimsoll_dprintf(int fd, const char *format, ...);

enum { MOST_FAILURES = 10 };

static char written[256];
static size_t written_length;
static int failures;

ptrdiff_t plimsoll_write(int fd, const void *bytes, size_t length)
{
    (void)fd;
    memcpy(written + written_length, bytes, length);
    written_length += length;
    return (ptrdiff_t)length;
}

static void compare(const char *expected, int expected_length, int answer)
{
    written[written_length] = 0;
    if (answer != expected_length || written_length != (size_t)expected_length ||
        memcmp(written, expected, written_length)) {
        printf("expected \"%s\" (%d), found \"%s\" (%d)\n", expected, expected_length, written, answer);
        if (++failures == MOST_FAILURES)
            exit(1);
    }
    written_length = 0;
}

#define CHECK(...)                                                                        \
    do {                                                                                  \
        char expected[256];                                                               \
        int length = snprintf(expected, sizeof expected, __VA_ARGS__);                    \
        compare(expected, length, plimsoll_dprintf(1, __VA_ARGS__));                      \
    } while (0)

static void check_number(unsigned long long n)
{
    CHECK("%lld", (long long)n);
    CHECK("%llu", n);
    CHECK("%llx", n);
}

static void check_numbers(void)
{
    for (unsigned long long power = 1;; power *= 10) {
        check_number(power - 1);
        check_number(power);
        check_number(0 - power);
        if (power > ULLONG_MAX / 10)
            break;
    }
    for (int bit = 0; bit < 64; bit++) {
        check_number((1ULL << bit) - 1);
        check_number(1ULL << bit);
    }
    check_number(ULLONG_MAX);
    /* Every digit at every place, in an order that no pattern of ours follows (xorshift64). */
    uint64_t n = 88172645463325252ULL;
    for (int i = 0; i < 200000; i++) {
        n ^= n << 13;
        n ^= n >> 7;
        n ^= n << 17;
        check_number(n >> (i % 64));
    }
}

static void check_text(void)
{
    CHECK("%s", "");
    CHECK("%s", "plain");
    CHECK("%.*s|", 3, "cut short");
    CHECK("%.*s|", 0, "gone");
    CHECK("%%");
    CHECK("100%% of %s, %lld of %llu (%llx)%%\n", "it", -1LL, 2ULL, 0xdeadbeefULL);
}

/* Where we differ on purpose: a Rust string is as long as it says. */
static void check_nul_in_string(void)
{
    int answer = plimsoll_dprintf(1, "%.*s|", 3, "a\0b");
    compare("a\0b|", 4, answer);
}

int main(void)
{
    check_numbers();
    check_text();
    CHECK("nothing but text");
    check_nul_in_string();
    return failures != 0;
}
