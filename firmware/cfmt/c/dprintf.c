/* The formatter behind cfmt: dprintf, and snprintf if wanted, for the conversions that its macros write.
 *
 *     always            %lld %llu %llx %s %.*s %%
 *     CFMT_PADDING=1    widths, zeros and a plus in numbers: %8lld %+lld %+08lld %08llx
 *     CFMT_POINTER=1    %p, as 0x and hexadecimal digits; a null pointer is 0x0
 *     CFMT_CHAR=1       %c
 *     CFMT_FLOAT=1      %e %.3e %+.3e, rounded correctly; precisions up to 99, no floating point instruction
 *     CFMT_SNPRINTF=1   snprintf beside dprintf
 *
 * Each switch costs flash, so that none is on by itself. Nothing else is read: from the first conversion on that is
 * not known, a format is printed as it stands, so that `%04llx` in a line says which switch is missing. Needed from
 * outside: write, and headers that every compiler brings. GCC calls nothing else with
 *     -Os -ffreestanding -fno-jump-tables -fno-tree-loop-distribute-patterns -fno-tree-sra
 * of which the last one is for size only.
 *
 * It is small because it never divides 64 bits: a number is eight bytes, and each with the remainder above it
 * is divided by a multiplication. `__aeabi_uldivmod` would cost 592 bytes. It needs no buffer of the line:
 * text goes out as it stands, numbers from 21 bytes of stack (with floats: from 107, and 272 for their value).
 * Unlike in most C libraries `%.*s` does not end at a NUL, since a Rust string may hold one.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#ifndef CFMT_PADDING
#define CFMT_PADDING 0
#endif
#ifndef CFMT_POINTER
#define CFMT_POINTER 0
#endif
#ifndef CFMT_CHAR
#define CFMT_CHAR 0
#endif
#ifndef CFMT_FLOAT
#define CFMT_FLOAT 0
#endif
#ifndef CFMT_SNPRINTF
#define CFMT_SNPRINTF 0
#endif

int dprintf(int fd, const char *format, ...);

/* The board supplies it; POSIX has its shape. The length may be zero. */
extern ptrdiff_t write(int fd, const void *bytes, size_t length);

enum {
    BYTES = 8,
    /* Added to an index by xor, it finds a number's bytes from the least. */
    BYTE_ORDER_MASK = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : BYTES - 1,
    /* A sign, a digit, a point, 99 digits and e+308; or a sign and the 20 digits of 2^64. */
    MOST_CHARACTERS = CFMT_FLOAT ? 107 : 21,
    TO_BUFFER = -1,
};

struct output {
    int fd;
    int written;
#if CFMT_SNPRINTF
    char *at;
    size_t left;
#endif
};

static void put(struct output *out, const char *bytes, size_t length)
{
    out->written += (int)length;
#if CFMT_SNPRINTF
    if (out->fd == TO_BUFFER) {
        for (; length && out->left; length--, out->left--)
            *out->at++ = *bytes++;
        return;
    }
#endif
    write(out->fd, bytes, length);
}

/* Writes the digits so that they end before `end`, and returns the first. The base is ten or sixteen.
 * Inlined it would want more registers than there are. */
__attribute__((noinline)) static char *digits_before(unsigned long long value, char *end, uint32_t base)
{
    unsigned char *bytes = (unsigned char *)&value;
    /* n * inverse / 2^15 is n / base for every n below base * 256. */
    uint32_t inverse = base == 10 ? (1 << 15) / 10 + 1 : (1 << 15) / 16;
    int used = BYTES;
    do {
        uint32_t remainder = 0;
        int i = used;
        used = 0;
        while (i--) {
            uint32_t n = remainder << 8 | bytes[i ^ BYTE_ORDER_MASK];
            uint32_t quotient = n * inverse >> 15;
            bytes[i ^ BYTE_ORDER_MASK] = (unsigned char)quotient;
            remainder = n - quotient * base;
            /* The next digit begins at the first byte that is not zero. */
            if (!used && quotient)
                used = i + 1;
        }
        *--end = (char)(remainder < 10 ? '0' + remainder : 'a' + remainder - 10);
    } while (used);
    return end;
}

#if CFMT_FLOAT
/* A float is a fraction of two whole numbers of 68 * 16 bits: the least is 1 / 2^1074, and ten times that. */
enum { LIMBS = 68, FRACTION_BITS = 52, INFINITE_EXPONENT = 0x7ff, EXPONENT_OF_ONE = 1075 };

static void multiply(uint16_t *number, uint32_t factor)
{
    uint32_t carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        carry += number[i] * factor;
        number[i] = (uint16_t)carry;
        carry >>= 16;
    }
}

/* The value times two to the power of `shift`. */
static void place(uint16_t *number, unsigned long long value, int shift)
{
    for (int i = 0; i < LIMBS; i++)
        number[i] = 0;
    for (int i = shift / 16; value; i++, value >>= 16)
        number[i] = (uint16_t)value;
    for (shift %= 16; shift; shift--)
        multiply(number, 2);
}

static int is_less(const uint16_t *a, const uint16_t *b)
{
    int i = LIMBS - 1;
    while (i && a[i] == b[i])
        i--;
    return a[i] < b[i];
}

/* How often b goes into a, of which it leaves the rest. */
static int take(uint16_t *a, const uint16_t *b)
{
    int count = 0;
    for (; !is_less(a, b); count++) {
        uint32_t borrow = 0;
        for (int i = 0; i < LIMBS; i++) {
            uint32_t difference = a[i] - b[i] - borrow;
            a[i] = (uint16_t)difference;
            borrow = difference >> 31;
        }
    }
    return count;
}

/* Adds one to the last digit. Of 99…9 it makes 10…0 and says so. */
static int carries(char *digits, int n_digits)
{
    while (n_digits--) {
        if (digits[n_digits]++ != '9')
            return 0;
        digits[n_digits] = '0';
    }
    digits[0] = '1';
    return 1;
}

/* Writes the digits of a number that is not zero, and returns the power of ten of the first. */
static int scientific(char *digits, int n_digits, unsigned long long mantissa, int exponent)
{
    uint16_t above[LIMBS], below[LIMBS];
    int power = 0;
    place(above, mantissa, exponent > 0 ? exponent : 0);
    place(below, 1, exponent < 0 ? -exponent : 0);
    for (; !is_less(above, below); power++)
        multiply(below, 10);
    for (; is_less(above, below); power--)
        multiply(above, 10);
    for (int i = 0; i < n_digits; i++) {
        digits[i] = (char)('0' + take(above, below));
        multiply(above, 10);
    }
    /* The rest is compared with one half: five tenths of the last digit. Even digits win a draw. */
    int rest = take(above, below);
    int is_more = 0;
    for (int i = 0; i < LIMBS; i++)
        is_more |= above[i];
    if (rest > 5 || (rest == 5 && (is_more || digits[n_digits - 1] & 1)))
        power += carries(digits, n_digits);
    return power;
}

/* `%e` in the buffer; its length. */
static size_t put_float(char *buffer, double value, int plus, int precision)
{
    union {
        double number;
        uint64_t bits;
    } both = { value };
    char *at = buffer;
    uint64_t mantissa = both.bits << 12 >> 12;
    int exponent = (int)(both.bits >> FRACTION_BITS) & INFINITE_EXPONENT, power = 0;
    if (both.bits >> 63)
        *at++ = '-';
    else if (plus)
        *at++ = '+';
    if (exponent == INFINITE_EXPONENT) {
        for (const char *word = mantissa ? "nan" : "inf"; *word; word++)
            *at++ = *word;
        return (size_t)(at - buffer);
    }
    char *digits = at + 1;
    for (int i = 0; i <= precision; i++)
        digits[i] = '0';
    if (exponent)
        power = scientific(digits, precision + 1, mantissa | 1ULL << FRACTION_BITS, exponent - EXPONENT_OF_ONE);
    else if (mantissa)
        power = scientific(digits, precision + 1, mantissa, 1 - EXPONENT_OF_ONE);
    at[0] = digits[0];
    digits[0] = '.';
    at += precision ? precision + 2 : 1;
    *at++ = 'e';
    *at++ = power < 0 ? '-' : '+';
    if (power < 0)
        power = -power;
    at += power < 100 ? 2 : 3;
    if (digits_before((unsigned)power, at, 10) == at - 1)
        at[-2] = '0';
    return (size_t)(at - buffer);
}
#endif

#if CFMT_PADDING || CFMT_FLOAT
static const char *read_number(const char *format, int *number)
{
    for (*number = 0; *format >= '0' && *format <= '9'; format++)
        *number = *number * 10 + *format - '0';
    return format;
}
#endif

#if CFMT_PADDING
/* Fills the width before a number's digits. Zeros stand behind the sign; of a sign that was printed none is left. */
static char pad(struct output *out, int missing, int zero, char sign)
{
    if (zero && sign) {
        put(out, &sign, 1);
        sign = 0;
    }
    for (; missing > 0; missing--)
        put(out, zero ? "0" : " ", 1);
    return sign;
}
#endif

static void print(struct output *out, const char *format, va_list arguments)
{
    char buffer[MOST_CHARACTERS];
    for (;;) {
        const char *text = format;
        size_t length;
        char kind = *format;
        if (!kind)
            return;
        if (kind != '%') {
            do
                format++;
            while (*format && *format != '%');
            put(out, text, (size_t)(format - text));
            continue;
        }
        kind = *++format;
#if CFMT_PADDING || CFMT_FLOAT
        int plus = kind == '+', precision = 6;
        format += plus;
#if CFMT_PADDING
        int zero = *format == '0', width;
        format = read_number(format, &width);
#endif
        if (*format == '.' && format[1] != '*')
            format = read_number(format + 1, &precision);
        kind = *format;
#endif
        /* `l` begins nothing but `lld`, `llu` and `llx`. */
        if (kind == 'l') {
            kind = format[2];
            format += 2;
            unsigned long long value = va_arg(arguments, unsigned long long);
            char sign = 0;
            if (kind == 'd') {
                if ((long long)value < 0) {
                    value = -value;
                    sign = '-';
                }
#if CFMT_PADDING || CFMT_FLOAT
                else if (plus)
                    sign = '+';
#endif
            }
            char *first = digits_before(value, buffer + MOST_CHARACTERS, kind == 'x' ? 16 : 10);
#if CFMT_PADDING
            int missing = width - (int)(buffer + MOST_CHARACTERS - first) - (sign != 0);
            sign = pad(out, missing, zero, sign);
#endif
            if (sign)
                *--first = sign;
            text = first;
            length = (size_t)(buffer + MOST_CHARACTERS - first);
        } else if (kind == '.' && format[1] == '*') {
            length = (size_t)va_arg(arguments, int);
            text = va_arg(arguments, const char *);
            format += 2;
#if CFMT_POINTER
        } else if (kind == 'p') {
            char *first = digits_before((uintptr_t)va_arg(arguments, void *), buffer + MOST_CHARACTERS, 16);
            *--first = 'x';
            *--first = '0';
            text = first;
            length = (size_t)(buffer + MOST_CHARACTERS - first);
#endif
#if CFMT_FLOAT
        } else if (kind == 'e') {
            length = put_float(buffer, va_arg(arguments, double), plus, precision);
            text = buffer;
#endif
#if CFMT_CHAR
        } else if (kind == 'c') {
            buffer[0] = (char)va_arg(arguments, int);
            text = buffer;
            length = 1;
#endif
        } else if (kind == '%') {
            text = format;
            length = 1;
        } else {
            if (kind == 's')
                text = va_arg(arguments, const char *);
            for (length = 0; text[length]; length++)
                ;
            /* How long the argument of any other is nobody knows: the rest of the format is printed as it stands. */
            if (kind != 's')
                format = text + length - 1;
        }
        format++;
        put(out, text, length);
    }
}

int dprintf(int fd, const char *format, ...)
{
    /* Field by field: an initialiser may become a call of memset. */
    struct output out;
    va_list arguments;
    out.fd = fd;
    out.written = 0;
    va_start(arguments, format);
    print(&out, format, arguments);
    va_end(arguments);
    return out.written;
}

#if CFMT_SNPRINTF
int snprintf(char *buffer, size_t length, const char *format, ...);

int snprintf(char *buffer, size_t length, const char *format, ...)
{
    struct output out;
    va_list arguments;
    out.fd = TO_BUFFER;
    out.written = 0;
    out.at = buffer;
    out.left = length ? length - 1 : 0;
    va_start(arguments, format);
    print(&out, format, arguments);
    va_end(arguments);
    if (length)
        *out.at = 0;
    return out.written;
}
#endif
