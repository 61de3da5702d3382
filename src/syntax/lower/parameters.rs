//! Parameters of functions and lambdas, and type parameters.

use ruff_python_ast as ruff;
use ruff_text_size::{Ranged, TextRange};

use super::{Lowerer, end};
use crate::syntax::ast::*;

impl<'a> Lowerer<'a, '_> {
    pub(super) fn no_parameters(&mut self) -> &'a Arguments<'a> {
        self.arena.alloc(Arguments {
            posonlyargs: &[],
            args: &[],
            vararg: None,
            kwonlyargs: &[],
            kw_defaults: &[],
            kwarg: None,
            defaults: &[],
        })
    }

    pub(super) fn parameters(&mut self, parameters: &ruff::Parameters) -> &'a Arguments<'a> {
        let arena = self.arena;
        let positional = || parameters.posonlyargs.iter().chain(&parameters.args);
        let default_count = positional().filter(|parameter| parameter.default.is_some()).count();
        let mut defaults = positional().filter_map(|parameter| parameter.default.as_deref());
        let arguments = Arguments {
            posonlyargs: self.args(&parameters.posonlyargs),
            args: self.args(&parameters.args),
            vararg: self.star_arg(parameters.vararg.as_deref()),
            kwonlyargs: self.args(&parameters.kwonlyargs),
            kw_defaults: arena.alloc_slice_fill_iter(
                parameters
                    .kwonlyargs
                    .iter()
                    .map(|arg| arg.default.as_deref().map(|default| self.expr(default))),
            ),
            kwarg: self.star_arg(parameters.kwarg.as_deref()),
            defaults: arena.alloc_slice_fill_with(default_count, |_| {
                self.expr(defaults.next().expect("the defaults were counted"))
            }),
        };
        arena.alloc(arguments)
    }

    fn args(&mut self, parameters: &[ruff::ParameterWithDefault]) -> &'a [Arg<'a>] {
        let arena = self.arena;
        arena.alloc_slice_fill_iter(parameters.iter().map(|parameter| self.arg(&parameter.parameter)))
    }

    fn star_arg(&mut self, parameter: Option<&ruff::Parameter>) -> Option<&'a Arg<'a>> {
        let arg = self.arg(parameter?);
        Some(self.arena.alloc(arg))
    }

    /// An `arg` starts at its name: the stars before it are not part of it.
    fn arg(&mut self, parameter: &ruff::Parameter) -> Arg<'a> {
        Arg {
            arg: self.identifier(&parameter.name),
            annotation: self.optional(parameter.annotation.as_deref()),
            location: self.location(TextRange::new(parameter.name.start(), parameter.end())),
        }
    }

    pub(super) fn type_params(&mut self, params: Option<&ruff::TypeParams>) -> Option<&'a TypeParams<'a>> {
        let arena = self.arena;
        let params = params?;
        let id = self.node_id();
        let params = arena.alloc_slice_fill_iter(params.iter().map(|param| self.type_param(param)));
        Some(arena.alloc(TypeParams { id, params }))
    }

    fn type_param(&mut self, param: &ruff::TypeParam) -> TypeParam<'a> {
        let (kind, bound) = match param {
            ruff::TypeParam::TypeVar(param) => (TypeParamKind::TypeVar, param.bound.as_deref()),
            ruff::TypeParam::TypeVarTuple(_) => (TypeParamKind::TypeVarTuple, None),
            ruff::TypeParam::ParamSpec(_) => (TypeParamKind::ParamSpec, None),
        };
        TypeParam {
            id: self.node_id(),
            default_id: self.node_id(),
            kind,
            name: self.identifier(param.name()),
            bound: self.optional(bound),
            default_value: self.optional(param.default()),
            location: self.span(super::start(param), end(param)),
        }
    }
}
