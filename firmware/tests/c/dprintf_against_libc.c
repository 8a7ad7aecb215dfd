/* Compares our dprintf, compiled under another name, with the C library's snprintf. Silence is success.
 * With EVERY_CONVERSION, those behind the formatter's switches, too. */
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int plimsoll_dprintf(int fd, const char *format, ...);
int plimsoll_snprintf(char *buffer, size_t length, const char *format, ...);

enum { MOST_FAILURES = 10 };

static char written[512];
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
        char expected[512];                                                               \
        int length = snprintf(expected, sizeof expected, __VA_ARGS__);                    \
        compare(expected, length, plimsoll_dprintf(1, __VA_ARGS__));                      \
    } while (0)

static void check_number(unsigned long long n)
{
    CHECK("%lld", (long long)n);
    CHECK("%llu", n);
    CHECK("%llx", n);
}

/* An order that no pattern of ours follows (xorshift64). */
static uint64_t random_bits(void)
{
    static uint64_t n = 88172645463325252ULL;
    n ^= n << 13;
    n ^= n >> 7;
    n ^= n << 17;
    return n;
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
    /* Every digit at every place. */
    for (int i = 0; i < 200000; i++)
        check_number(random_bits() >> (i % 64));
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

/* Where there is nothing to compare with: what is not known is shown, and its argument left alone. */
static void check_unknown(const char *format, const char *expected)
{
    int answer = plimsoll_dprintf(1, format, 7LL, "text", 8LL);
    compare(expected, (int)strlen(expected), answer);
}

static void check_unknown_conversions(void)
{
    check_unknown("%lld|%i|%lld", "7|%i|%lld");
    check_unknown("%lld %s 100%", "7 text 100%");
    check_unknown("%lld %", "7 %");
#ifndef EVERY_CONVERSION
    check_unknown("%lld kg, %04llx|", "7 kg, %04llx|");
#if CFMT_FLOAT
    CHECK("%+lld, %+.3e", 7LL, 0.5);
#else
    check_unknown("%lld %s, %+lld mm", "7 text, %+lld mm");
    check_unknown("%lld %s, %.3e m", "7 text, %.3e m");
#endif
    check_unknown("%lld %s %c%p", "7 text %c%p");
#endif
}

#ifdef EVERY_CONVERSION
static void check_padding(void)
{
    static const char kinds[][4] = { "lld", "llu", "llx" };
    for (int i = 0; i < 60000; i++) {
        char format[24];
        int has_plus = i % 3 == 0 && i & 1;
        snprintf(format, sizeof format, "%%%s%s%d%s|", has_plus ? "+" : "", i & 2 ? "0" : "", 1 + i % 99, kinds[i % 3]);
        uint64_t n = random_bits() >> (i % 64);
        CHECK(format, n);
        CHECK(format, 0 - n);
    }
    CHECK("%+lld %+lld %+lld", 0LL, 5LL, -5LL);
    CHECK("%08llx|%8llu|%+08lld|%+8lld", 0xbeefULL, 7ULL, -42LL, 42LL);
}

static double float_of(uint64_t bits)
{
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static void check_float(double number)
{
    CHECK("%e %+e", number, number);
    CHECK("%.0e %.1e %+.3e %.15e %.17e", number, number, number, number, number);
    CHECK("%.99e", number);
}

static void check_floats(void)
{
    static const double special[] = { 0, 1, 0.1, 0.5, 9.5, 2.5, 9.9999995, 9.9999985, 99999995, 1e22, 1e23, 1e100,
        1.7976931348623157e308, 2.2250738585072014e-308, 4.9406564584124654e-324, 2.2250738585072009e-308 };
    for (size_t i = 0; i < sizeof special / sizeof *special; i++) {
        check_float(special[i]);
        check_float(-special[i]);
    }
    for (uint64_t sign = 0; sign < 2; sign++) {
        check_float(float_of(sign << 63 | 0x7ff0000000000000));
        check_float(float_of(sign << 63 | 0x7ff8000000000000));
    }
    for (int i = 0; i < 300; i++) {
        char format[24];
        snprintf(format, sizeof format, "%%.%de", i % 100);
        uint64_t n = random_bits();
        CHECK(format, float_of(n));
        /* Halves and short ones: what lies between two digits. */
        CHECK("%.1e %.2e %.3e", (double)(i * 5 + 5) / 8, (double)i / 16, (double)(n % 100000) / 32);
    }
}

static void check_pointers_and_characters(void)
{
    for (int i = 0; i < 64; i++) {
        uint64_t n = random_bits() >> i | 1;
        CHECK("%p|", (void *)(uintptr_t)n);
    }
    int answer = plimsoll_dprintf(1, "%p", (void *)0);
    compare("0x0", 3, answer);
    for (int c = 0; c < 256; c++)
        CHECK("%c|", c);
}

/* A text that is cut by the buffer at each place, with what lies behind it untouched. */
static void check_buffers(void)
{
    for (size_t length = 0; length < 40; length++) {
        char expected[64], found[64];
        memset(expected, '#', sizeof expected);
        memset(found, '#', sizeof found);
        long long number = (long long)random_bits();
        int wanted = snprintf(expected, length, "%s %lld %.*s", "ship", number, 3, "load");
        int answer = plimsoll_snprintf(found, length, "%s %lld %.*s", "ship", number, 3, "load");
        if (wanted != answer || memcmp(expected, found, sizeof expected)) {
            printf("in %zu bytes: \"%.64s\" (%d)\n", length, found, answer);
            failures++;
        }
    }
}
#endif

int main(void)
{
    check_numbers();
    check_text();
    CHECK("nothing but text");
    check_nul_in_string();
    check_unknown_conversions();
#ifdef EVERY_CONVERSION
    check_padding();
    check_floats();
    check_pointers_and_characters();
    check_buffers();
#endif
    return failures != 0;
}
