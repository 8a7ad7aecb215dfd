/* The formatter behind cfmt: dprintf for the six conversions that its macros write.
 *
 * %lld %llu %llx %s %.*s %%    Nothing else is read; a format with more is printed up to there.
 *
 * It is small because it never divides 64 bits: a number is four limbs of 16 bits, and each limb with the
 * remainder above it fits the 32 bits that the core handles well. `__aeabi_uldivmod` would cost 592 bytes.
 * It needs no buffer of the line: text goes out as it stands, numbers from 20 bytes of stack.
 * Unlike in most C libraries `%.*s` does not end at a NUL, since a Rust string may hold one.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

int dprintf(int fd, const char *format, ...);

/* The board supplies it; POSIX has its shape. */
extern ptrdiff_t write(int fd, const void *bytes, size_t length);

enum { LIMBS = 4, MOST_DIGITS = 20 };

struct output {
    int fd;
    int written;
};

static void put(struct output *out, const char *bytes, size_t length)
{
    out->written += (int)length;
    write(out->fd, bytes, length);
}

/* n / 10 for any n, by shifts and adds (Hacker's Delight, 10-17): the core cannot divide. */
static uint32_t tenth(uint32_t n)
{
    uint32_t q = (n >> 1) + (n >> 2);
    q += q >> 4;
    q += q >> 8;
    q += q >> 16;
    q >>= 3;
    return q + (n - q * 10 > 9);
}

/* Divides the number in place by base, which is ten or sixteen, and returns the remainder. */
static uint32_t divide(uint16_t limbs[LIMBS], uint32_t base)
{
    uint32_t remainder = 0;
    for (int i = LIMBS - 1; i >= 0; i--) {
        uint32_t n = remainder << 16 | limbs[i];
        uint32_t quotient = base == 10 ? tenth(n) : n >> 4;
        limbs[i] = (uint16_t)quotient;
        remainder = n - quotient * base;
    }
    return remainder;
}

static void put_number(struct output *out, unsigned long long value, uint32_t base)
{
    uint16_t limbs[LIMBS];
    char digits[MOST_DIGITS];
    char *first = digits + MOST_DIGITS;
    for (int i = 0; i < LIMBS; i++) {
        limbs[i] = (uint16_t)value;
        value >>= 16;
    }
    do {
        uint32_t digit = divide(limbs, base);
        *--first = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
    } while (limbs[0] | limbs[1] | limbs[2] | limbs[3]);
    put(out, first, (size_t)(digits + MOST_DIGITS - first));
}

static void put_signed(struct output *out, long long value)
{
    unsigned long long magnitude = (unsigned long long)value;
    if (value < 0) {
        put(out, "-", 1);
        magnitude = 0 - magnitude;
    }
    put_number(out, magnitude, 10);
}

static size_t length_of(const char *text)
{
    size_t length = 0;
    while (text[length])
        length++;
    return length;
}

int dprintf(int fd, const char *format, ...)
{
    struct output out = { fd, 0 };
    va_list arguments;
    va_start(arguments, format);
    for (;;) {
        const char *text = format;
        while (*format && *format != '%')
            format++;
        if (format != text)
            put(&out, text, (size_t)(format - text));
        if (!*format++)
            break;
        /* What stands after the `%` has no other reading: `l` begins `lld`, `llu`, `llx`; `.` begins `.*s`. */
        char kind = *format;
        if (kind == 'l') {
            kind = format[2];
            format += 3;
            if (kind == 'd')
                put_signed(&out, va_arg(arguments, long long));
            else
                put_number(&out, va_arg(arguments, unsigned long long), kind == 'x' ? 16 : 10);
        } else if (kind == '.') {
            size_t length = (size_t)va_arg(arguments, int);
            put(&out, va_arg(arguments, const char *), length);
            format += 3;
        } else if (kind == 's') {
            const char *string = va_arg(arguments, const char *);
            put(&out, string, length_of(string));
            format++;
        } else if (kind == '%') {
            put(&out, format, 1);
            format++;
        } else {
            break;
        }
    }
    va_end(arguments);
    return out.written;
}
