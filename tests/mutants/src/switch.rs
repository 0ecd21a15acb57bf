//! One file with all of its changes in it, each behind a question that is answered while the program runs:
//! `a < b` becomes `(if crate::mutant(7) { (a) <= (b) } else { a < b })`. A change stands between two comments
//! that name it, so that one that does not compile is found by the place of the error.
use crate::list::{Genre, Mutant, Place};
use anyhow::{Context, Result};
use std::collections::HashMap;
use std::ops::Range;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// What is put where.
enum Edit {
    /// Before what stands there.
    Before(String),
    /// Other branches beside what stands there, and what comes before them all.
    Branches(String, Vec<String>),
    /// Only if the change is not on.
    Unless(usize),
    Nothing,
}

struct Node {
    range: Range<usize>,
    edit: Edit,
}

struct Finder<'a> {
    text: &'a str,
    lines: Vec<usize>,
    /// By genre and where they begin.
    mutants: HashMap<(u8, Place), Vec<&'a Mutant>>,
    nodes: Vec<Node>,
}

/// The file's text with the changes in it, and those for which there was a place.
pub fn switched(text: &str, mutants: &[&Mutant]) -> Result<(String, Vec<usize>)> {
    let file = syn::parse_file(text).context("a source file")?;
    let mut lines = vec![0];
    lines.extend(text.match_indices('\n').map(|(at, _)| at + 1));
    let mut by_place: HashMap<_, Vec<&Mutant>> = HashMap::new();
    for mutant in mutants {
        by_place.entry((mutant.genre as u8, mutant.span.start)).or_default().push(mutant);
    }
    let mut finder = Finder { text, lines, mutants: by_place, nodes: Vec::new() };
    let mut done = Vec::new();
    finder.values(mutants, &mut done);
    finder.visit_file(&file);
    let Finder { mut nodes, mutants: left, .. } = finder;
    let left: Vec<usize> = left.values().flatten().map(|mutant| mutant.id).collect();
    done.extend(mutants.iter().map(|mutant| mutant.id).filter(|id| !left.contains(id)));
    done.sort_unstable();
    done.dedup();
    // What surrounds comes first; of the same range, what was found first.
    nodes.sort_by_key(|node| (node.range.start, std::cmp::Reverse(node.range.end)));
    let mut out = String::new();
    render(text, 0..text.len(), &nodes, &mut out);
    Ok((out, done))
}

fn render(text: &str, range: Range<usize>, nodes: &[Node], out: &mut String) {
    let (mut at, mut n) = (range.start, 0);
    while let Some(node) = nodes.get(n) {
        out.push_str(&text[at..node.range.start]);
        let inner = nodes[n + 1..].iter().take_while(|inner| inner.range.end <= node.range.end);
        let inner = inner.count();
        let inside = |out: &mut String| {
            render(text, node.range.clone(), &nodes[n + 1..n + 1 + inner], out);
        };
        match &node.edit {
            Edit::Before(what) => {
                out.push_str(what);
                inside(out);
            }
            Edit::Branches(before, branches) => {
                out.push_str(before);
                out.push('(');
                for branch in branches {
                    out.push_str(branch);
                    out.push_str(" else ");
                }
                out.push('{');
                inside(out);
                out.push_str("})");
            }
            Edit::Unless(id) => {
                out.push_str(&format!("!crate::mutant({id}) && ("));
                inside(out);
                out.push(')');
            }
            Edit::Nothing => {}
        }
        at = node.range.end;
        n += 1 + inner;
    }
    out.push_str(&text[at..range.end]);
}

fn branch(id: usize, text: &str) -> String {
    format!("if crate::mutant({id}) {{/*<{id}*/ {text} /*{id}>*/}}")
}

impl<'a> Finder<'a> {
    /// Whole functions: their value is given back before anything else.
    fn values(&mut self, mutants: &[&Mutant], done: &mut Vec<usize>) {
        for mutant in mutants.iter().filter(|mutant| mutant.genre == Genre::FnValue) {
            let at = self.offset(mutant.span.start);
            let given = branch(mutant.id, &format!("return {};", mutant.replacement));
            self.nodes.push(Node { range: at..at, edit: Edit::Before(format!("{given} ")) });
            self.mutants.remove(&(Genre::FnValue as u8, mutant.span.start));
            done.push(mutant.id);
        }
    }

    /// Which change is on is not known while it compiles.
    fn not_const(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let (Some(word), body) = (&signature.constness, self.range(body)) else { return };
        if self.nodes.iter().any(|node| body.contains(&node.range.start)) {
            self.nodes.push(Node { range: self.range(word), edit: Edit::Nothing });
        }
    }

    fn offset(&self, place: Place) -> usize {
        let line = self.lines[place.line - 1];
        let chars = self.text[line..].char_indices();
        chars.map(|(at, _)| line + at).nth(place.column - 1).unwrap_or(self.text.len())
    }

    fn range(&self, of: &impl Spanned) -> Range<usize> {
        let span = of.span();
        self.offset(place(span.start()))..self.offset(place(span.end()))
    }

    fn take(&mut self, genre: Genre, of: &impl Spanned) -> Vec<&'a Mutant> {
        self.mutants.remove(&(genre as u8, place(of.span().start()))).unwrap_or_default()
    }
}

fn place(at: proc_macro2::LineColumn) -> Place {
    Place { line: at.line, column: at.column + 1 }
}

/// `a && let Some(b) = c` can only stand where it stands.
fn has_let(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(both) => has_let(&both.left) || has_let(&both.right),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        visit::visit_item_fn(self, item);
        self.not_const(&item.sig, &item.block);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        visit::visit_impl_item_fn(self, item);
        self.not_const(&item.sig, &item.block);
    }

    fn visit_expr_binary(&mut self, expr: &'ast syn::ExprBinary) {
        if !has_let(&expr.left) && !has_let(&expr.right) {
            let mutants = self.take(Genre::BinaryOperator, &expr.op);
            if !mutants.is_empty() {
                let (left, right) = (self.range(&expr.left), self.range(&expr.right));
                let (left, right) = (&self.text[left], &self.text[right]);
                let assigns = mutants.iter().any(|mutant| {
                    mutant.replacement.ends_with('=')
                        && !matches!(&*mutant.replacement, "==" | "!=" | "<=" | ">=")
                });
                let left = if assigns { left.to_owned() } else { format!("({left})") };
                let branches = mutants.iter().map(|mutant| {
                    branch(mutant.id, &format!("{left} {} ({right})", mutant.replacement))
                });
                let edit = Edit::Branches(String::new(), branches.collect());
                self.nodes.push(Node { range: self.range(expr), edit });
            }
        }
        visit::visit_expr_binary(self, expr);
    }

    fn visit_expr_unary(&mut self, expr: &'ast syn::ExprUnary) {
        for mutant in self.take(Genre::UnaryOperator, &expr.op) {
            let operand = &self.text[self.range(&expr.expr)];
            let branches = vec![branch(mutant.id, &format!("({operand})"))];
            let edit = Edit::Branches(String::new(), branches);
            self.nodes.push(Node { range: self.range(expr), edit });
        }
        visit::visit_expr_unary(self, expr);
    }

    /// A field that is left out has the value of what the others come from.
    fn visit_expr_struct(&mut self, expr: &'ast syn::ExprStruct) {
        if let Some(rest) = &expr.rest {
            for field in &expr.fields {
                for mutant in self.take(Genre::StructField, field) {
                    let (rest, name) = (&self.text[self.range(&**rest)], self.range(&field.member));
                    let name = &self.text[name];
                    let branches = vec![branch(mutant.id, &format!("({rest}).{name}"))];
                    let named = field.colon_token.is_some();
                    let before = if named { String::new() } else { format!("{name}: ") };
                    let range = self.range(&field.expr);
                    self.nodes.push(Node { range, edit: Edit::Branches(before, branches) });
                }
            }
        }
        visit::visit_expr_struct(self, expr);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let guard = arm.guard.as_ref().map(|(_, guard)| guard);
        let guard = guard.filter(|guard| !has_let(guard));
        for mutant in self.take(Genre::MatchArm, arm) {
            match guard {
                Some(guard) => {
                    let range = self.range(&**guard);
                    self.nodes.push(Node { range, edit: Edit::Unless(mutant.id) });
                }
                None if arm.guard.is_some() => {}
                None => {
                    let at = self.range(&arm.pat).end;
                    let edit = Edit::Before(format!(" if !crate::mutant({}) ", mutant.id));
                    self.nodes.push(Node { range: at..at, edit });
                }
            }
        }
        if let Some(guard) = guard {
            let mutants = self.take(Genre::MatchArmGuard, &**guard);
            if !mutants.is_empty() {
                let branches = mutants.iter().map(|mutant| branch(mutant.id, &mutant.replacement));
                let edit = Edit::Branches(String::new(), branches.collect());
                self.nodes.push(Node { range: self.range(&**guard), edit });
            }
        }
        visit::visit_arm(self, arm);
    }
}
