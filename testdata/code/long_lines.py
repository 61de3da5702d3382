"""Columns that do not fit, expressions over many lines, and lines that go back."""

x = [name_0, name_1, name_2, name_3, name_4, name_5, name_6, name_7, name_8, name_9, name_10, name_11, name_12, name_13, name_14, name_15, name_16, name_17, name_18, name_19, name_20, name_21, name_22, name_23, name_24, name_25, name_26, name_27, name_28, name_29, name_30, name_31, name_32, name_33, name_34, name_35, name_36, name_37, name_38, name_39, name_40, name_41, name_42, name_43, name_44, name_45, name_46, name_47, name_48, name_49, name_50, name_51, name_52, name_53, name_54, name_55, name_56, name_57, name_58, name_59]  # long
y = f0(a0) + f1(a1) + f2(a2) + f3(a3) + f4(a4) + f5(a5) + f6(a6) + f7(a7) + f8(a8) + f9(a9) + f10(a10) + f11(a11) + f12(a12) + f13(a13) + f14(a14) + f15(a15) + f16(a16) + f17(a17) + f18(a18) + f19(a19) + f20(a20) + f21(a21) + f22(a22) + f23(a23) + f24(a24) + f25(a25) + f26(a26) + f27(a27) + f28(a28) + f29(a29) + f30(a30) + f31(a31) + f32(a32) + f33(a33) + f34(a34) + f35(a35) + f36(a36) + f37(a37) + f38(a38) + f39(a39)
z = 'ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss'.attribute + 'éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé'.other(argument)
w = (value_0 +
     value_1 +
     value_2 +
     value_3 +
     value_4 +
     value_5 +
     value_6 +
     value_7 +
     value_8 +
     value_9 +
     value_10 +
     value_11 +
     value_12 +
     value_13 +
     value_14 +
     value_15 +
     value_16 +
     value_17 +
     value_18 +
     value_19 +
     value_20 +
     value_21 +
     value_22 +
     value_23 +
     value_24 +
     value_25 +
     value_26 +
     value_27 +
     value_28 +
     value_29 + last)
call(
    argument_0,
    argument_1,
    argument_2,
    argument_3,
    argument_4,
    argument_5,
    argument_6,
    argument_7,
    argument_8,
    argument_9,
    argument_10,
    argument_11,
    argument_12,
    argument_13,
    argument_14,
    argument_15,
    argument_16,
    argument_17,
    argument_18,
    argument_19,
)
a = (



    b
    .c

    .d(
        e
    )
)
if (a and
        b or
            c):
    d(




        e)







































































far_below
def f(a,
      b=1,
      *c):
    return (a
            + b
            - c[
                0])
class C(A,
        B,
        metaclass=M): x = (1,
                          y)
assert (a ==
        b), (
    c)
x = a < b(
    c) < d[
    e]
@a(
    1)
@b
def g(): pass
a = b; c = d; e(f); a = b; c = d; e(f); a = b; c = d; e(f); a = b; c = d; e(f); a = b; c = d; e(f); a = b; c = d; e(f); a = b; c = d; e(f); a = b; c = d; e(f); a = b; c = d; e(f); a = b; c = d; e(f); a = b; c = d; e(f); a = b; c = d; e(f); a = b; c = d; e(f); a = b; c = d; e(f); a = b; c = d; e(f); a = b; c = d; e(f); a = b; c = d; e(f); a = b; c = d; e(f); a = b; c = d; e(f); a = b; c = d; e(f); g
é = 'ü'; ñ = é + ü; 中.文(é)[ñ]
lambda: (
    a,
    b)
x = {
    'k0': v0,
    'k1': v1,
    'k2': v2,
    'k3': v3,
    'k4': v4,
    'k5': v5,
    'k6': v6,
    'k7': v7,
    'k8': v8,
    'k9': v9,
    'k10': v10,
    'k11': v11,
    'k12': v12,
    'k13': v13,
    'k14': v14,
    'k15': v15,
    'k16': v16,
    'k17': v17,
    'k18': v18,
    'k19': v19,
    'k20': v20,
    'k21': v21,
    'k22': v22,
    'k23': v23,
    'k24': v24,
    'k25': v25,
    'k26': v26,
    'k27': v27,
    'k28': v28,
    'k29': v29,
}
f(a)(
 b)(
  c)
for i in (
    j,
    k
): l
with a(
    b) as c, \
     d as e: f
x = 'a' \
    'b' \
    f'{c}'
raise A(
    b
) from \
    c
return_ = ((((((((((((((((((((((((((((((((((((((((((((((((((x))))))))))))))))))))))))))))))))))))))))))))))))))
f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(x))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))
try:
    a(
        b)
except (
    C
) as d: e
else:
    f
finally:
    g(
        h)
